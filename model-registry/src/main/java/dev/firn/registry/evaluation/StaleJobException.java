package dev.firn.registry.evaluation;

import dev.firn.registry.RegistryException;

/** The writer is no longer the one that works on the evaluation: a newer attempt began, or it has ended. */
public final class StaleJobException extends RegistryException {
    private static final long serialVersionUID = 1;

    StaleJobException(EvaluationJob.Token token) {
        super("evaluation " + token.jobId() + " is no longer worked on with fence " + token.fence()
                + ": a newer attempt began, or it has ended");
    }
}
