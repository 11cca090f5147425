package dev.firn.registry.model;

import java.time.Instant;
import java.util.Optional;

/**
 * A name for a version of a model.
 *
 * @param revision grows with each move, and never repeats even when the alias is removed between
 * @param guarded whether it is protected: it moves only when that is confirmed, and never by a run
 */
public record ModelAlias(
        String model,
        String alias,
        int version,
        long revision,
        boolean guarded,
        Instant movedAt,
        Optional<String> movedBy) {}
