package dev.firn.registry.model;

import java.time.Instant;
import java.util.Optional;

/**
 * A name for a version of a model.
 *
 * @param revision grows with each move, and never repeats even when the alias is removed between
 */
public record ModelAlias(
        String model, String alias, int version, long revision, Instant movedAt, Optional<String> movedBy) {}
