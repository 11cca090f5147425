package dev.firn.registry.checkpoint;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Which checkpoints of a stage are kept.
 *
 * @param keepLast so many of the newest, 1 or more
 * @param keepEverySteps of the others the last in every so many steps, 1 or more
 */
public record Retention(int keepLast, Optional<Long> keepEverySteps) {

    public Retention {
        requireNonNull(keepEverySteps, "keepEverySteps is null");
        if (keepLast < 1 || keepEverySteps.filter(steps -> steps < 1).isPresent()) {
            throw new IllegalArgumentException(
                    "a retention keeps 1 or more, not the last " + keepLast + " and every " + keepEverySteps);
        }
    }
}
