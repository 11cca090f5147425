package dev.firn.workflows.run;

import io.temporal.activity.ActivityInterface;

/** What a run's workflow does to the run's row. */
@ActivityInterface
public interface RunActivities {
    /** Failure type of a request that the run's state forbids. */
    String REFUSED = "Refused";

    /** Closes the run's row. Closing a closed run again changes nothing. */
    void endRun(String runId, RunEnding ending);

    /**
     * Writes a request down; one to go on takes effect at once. The same request again changes nothing.
     *
     * <p>Fails with {@link #REFUSED}, which is not retried, when the run's state forbids it.
     */
    void control(ControlRequest request);
}
