package dev.firn.workflows.run;

import io.temporal.activity.ActivityInterface;

/** How a run gets a compute slot. */
@ActivityInterface
public interface AdmissionActivities {
    /** Failure type of an attempt that came before the run's turn; the next one is due after a while. */
    String WAITING = "Waiting";

    /**
     * Waits for the run's turn, by failing until it has come: the attempts leave nothing in the workflow's history.
     *
     * @return the class of workers that computes the run
     */
    String admit(String runId);
}
