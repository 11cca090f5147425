package dev.firn.registry.model;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where an alias is to point.
 *
 * @param version the version's number
 * @param guarded whether it is to be protected; as it is when nothing is said, and not when it is new
 * @param confirmed whether the caller knows that it is protected
 * @param expectedRevision the revision that the caller saw; 0 when the caller saw none; nothing to move it anyway
 */
public record AliasChange(
        String model,
        String alias,
        int version,
        Optional<Boolean> guarded,
        boolean confirmed,
        OptionalLong expectedRevision,
        Optional<String> movedBy,
        Optional<String> reason) {

    public AliasChange {
        requireNonNull(model, "model is null");
        requireNonNull(alias, "alias is null");
        requireNonNull(guarded, "guarded is null");
        requireNonNull(expectedRevision, "expectedRevision is null");
        requireNonNull(movedBy, "movedBy is null");
        requireNonNull(reason, "reason is null");
    }
}
