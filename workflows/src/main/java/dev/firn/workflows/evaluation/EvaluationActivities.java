package dev.firn.workflows.evaluation;

import io.temporal.activity.ActivityInterface;

/** What an evaluation does, outside of its workflow. */
@ActivityInterface
public interface EvaluationActivities {
    /**
     * Measures, keeps what was measured, and closes the row; answers at once when that is closed.
     *
     * <p>Fails with {@link dev.firn.workflows.stage.StageActivities#PERMANENT}, which is not retried, when trying again cannot help.
     */
    void measureModel(String jobId);

    /** Closes the row as failed. Closing a closed row again changes nothing. */
    void failEvaluation(String jobId, String reason);
}
