package dev.firn.registry.checkpoint;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Which checkpoints are listed.
 *
 * @param runId of this run
 * @param stage of stages with this name
 * @param fromStep of this step or a later one
 * @param toStep of this step or an earlier one
 * @param pinned only those that are pinned
 */
public record CheckpointFilter(
        Optional<UUID> runId, Optional<String> stage, OptionalLong fromStep, OptionalLong toStep, boolean pinned) {

    /** Every checkpoint. */
    public static final CheckpointFilter ALL = new CheckpointFilter(Optional.empty(), Optional.empty());

    public CheckpointFilter {
        requireNonNull(runId, "runId is null");
        requireNonNull(stage, "stage is null");
        requireNonNull(fromStep, "fromStep is null");
        requireNonNull(toStep, "toStep is null");
    }

    /** Of a run and of stages with a name. */
    public CheckpointFilter(Optional<UUID> runId, Optional<String> stage) {
        this(runId, stage, OptionalLong.empty(), OptionalLong.empty(), false);
    }
}
