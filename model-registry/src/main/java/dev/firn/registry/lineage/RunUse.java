package dev.firn.registry.lineage;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/**
 * A run that read something, also when it reuses a stage of another run that did.
 *
 * @param name the run's
 * @param state the run's
 * @param stage the first stage that read it
 */
public record RunUse(UUID runId, String name, String state, String stage) {

    public RunUse {
        requireNonNull(runId, "runId is null");
        requireNonNull(name, "name is null");
        requireNonNull(state, "state is null");
        requireNonNull(stage, "stage is null");
    }
}
