package dev.firn.registry.checkpoint;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.UUID;

/**
 * Which checkpoints are listed.
 *
 * @param runId of this run
 * @param stage of stages with this name
 */
public record CheckpointFilter(Optional<UUID> runId, Optional<String> stage) {

    /** Every checkpoint. */
    public static final CheckpointFilter ALL = new CheckpointFilter(Optional.empty(), Optional.empty());

    public CheckpointFilter {
        requireNonNull(runId, "runId is null");
        requireNonNull(stage, "stage is null");
    }
}
