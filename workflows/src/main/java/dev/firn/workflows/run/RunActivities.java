package dev.firn.workflows.run;

import io.temporal.activity.ActivityInterface;

/** What a run's workflow does to the run's row. */
@ActivityInterface
public interface RunActivities {
    /** Closes the run's row. Closing a closed run again changes nothing. */
    void endRun(String runId, RunEnding ending);
}
