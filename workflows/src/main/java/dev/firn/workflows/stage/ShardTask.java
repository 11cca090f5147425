package dev.firn.workflows.stage;

import static java.util.Objects.requireNonNull;

/**
 * One shard of a stage whose work was divided.
 *
 * @param runId the run's id
 * @param fence the fence under which it was divided
 * @param phase the phase it belongs to, from 0
 * @param shard its place in the phase, from 0
 */
public record ShardTask(String runId, Stage stage, long fence, int phase, int shard) {
    public ShardTask {
        requireNonNull(runId, "runId is null");
        requireNonNull(stage, "stage is null");
    }
}
