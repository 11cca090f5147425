package dev.firn.registry;

/** The writer is no longer the one that works on the stage: a newer attempt began, or the stage has ended. */
public class StaleFenceException extends RegistryException {
    private static final long serialVersionUID = 1;

    public StaleFenceException(StageToken token) {
        super("stage " + token.stage() + " of run " + token.runId() + " is no longer worked on with fence "
                + token.fence() + ": a newer attempt began, or the stage has ended");
    }
}
