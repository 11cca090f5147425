package dev.firn.cli.client;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What to ask for of an alias.
 *
 * @param version where it is to point
 * @param guarded whether it is to be protected; as it is when nothing is said
 * @param confirm whether to move it although it is protected
 * @param revision the revision that it must still have; nothing when it does not matter
 * @param reason why, for its history
 */
public record AliasMove(
        int version, Optional<Boolean> guarded, boolean confirm, Optional<Long> revision, Optional<String> reason) {

    public AliasMove {
        requireNonNull(guarded, "guarded is null");
        requireNonNull(revision, "revision is null");
        requireNonNull(reason, "reason is null");
    }
}
