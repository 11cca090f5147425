package dev.firn.registry.model;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A move of an alias.
 *
 * @param previousVersion where it pointed; nothing when it is new
 * @param version where it points; nothing when it was removed
 * @param guarded whether it is protected since
 */
public record AliasMove(
        String model,
        String alias,
        long revision,
        OptionalInt previousVersion,
        OptionalInt version,
        boolean guarded,
        Optional<String> reason,
        Optional<String> movedBy,
        Instant movedAt) {}
