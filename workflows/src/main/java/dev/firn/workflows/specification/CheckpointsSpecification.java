package dev.firn.workflows.specification;

import org.jspecify.annotations.Nullable;

/**
 * When a train stage commits a checkpoint, and which ones are kept.
 *
 * @param everySteps null when {@code everySeconds} alone decides; of the two whichever comes first
 * @param keepLast how many are kept; null keeps all
 * @param keepEverySteps of the older ones the last in every so many steps is kept; null for none
 */
public record CheckpointsSpecification(
        @Nullable Long everySteps,
        @Nullable Long everySeconds,
        @Nullable Integer keepLast,
        @Nullable Long keepEverySteps) {}
