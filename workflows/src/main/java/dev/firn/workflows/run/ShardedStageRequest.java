package dev.firn.workflows.run;

import static java.util.Objects.requireNonNull;

import dev.firn.workflows.stage.Stage;
import java.util.List;

/**
 * The shards of a stage, and where the work on them stands.
 *
 * @param fence the fence under which the stage was divided
 * @param computeQueue the task queue of the shards
 * @param shards the number of shards of each phase
 * @param window how many may be under way or in the queue at once
 * @param phase the phase that is under way
 * @param next the first shard of it that was not begun
 */
public record ShardedStageRequest(
        String runId,
        Stage stage,
        long fence,
        String computeQueue,
        List<Integer> shards,
        int window,
        int phase,
        int next) {
    public ShardedStageRequest {
        requireNonNull(runId, "runId is null");
        requireNonNull(stage, "stage is null");
        requireNonNull(computeQueue, "computeQueue is null");
        shards = List.copyOf(shards);
    }

    /** The same work, to be gone on with at another place. */
    ShardedStageRequest from(int phase, int next) {
        return new ShardedStageRequest(runId, stage, fence, computeQueue, shards, window, phase, next);
    }
}
