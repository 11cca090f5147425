package dev.firn.bench.drill;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * Something that was done to a run.
 *
 * @param at when
 * @param stage the stage under way
 * @param step how many steps a train stage had told, or had committed if that is more; empty in another stage
 * @param committed the step of the stage's newest checkpoint; empty when it had none
 */
record Strike(Fault fault, Instant at, String stage, OptionalLong step, OptionalLong committed) {
    Strike {
        requireNonNull(fault, "fault is null");
        requireNonNull(at, "at is null");
        requireNonNull(stage, "stage is null");
        requireNonNull(step, "step is null");
        requireNonNull(committed, "committed is null");
    }

    /** Whether it fell into a train stage that had committed a checkpoint. */
    boolean insideTraining() {
        return step.isPresent() && committed.isPresent();
    }
}
