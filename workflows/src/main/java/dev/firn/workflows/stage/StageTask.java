package dev.firn.workflows.stage;

import static java.util.Objects.requireNonNull;

/**
 * What an activity is told: everything else it reads from the registry.
 *
 * @param runId the run's id
 */
public record StageTask(String runId, Stage stage) {
    public StageTask {
        requireNonNull(runId, "runId is null");
        requireNonNull(stage, "stage is null");
    }
}
