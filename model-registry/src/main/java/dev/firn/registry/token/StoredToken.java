package dev.firn.registry.token;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A token as the registry knows it: without the token itself.
 *
 * @param name whose it is; several tokens may have the same
 * @param role viewer, operator or admin
 * @param createdBy the name of the administrator who made it
 * @param expiresAt from when on it is refused
 * @param lastUsedAt to the minute
 */
public record StoredToken(
        UUID id,
        String name,
        String role,
        Instant createdAt,
        Optional<String> createdBy,
        Instant expiresAt,
        Optional<Instant> lastUsedAt) {
    public StoredToken {
        requireNonNull(id, "id is null");
        requireNonNull(name, "name is null");
        requireNonNull(role, "role is null");
        requireNonNull(createdAt, "createdAt is null");
        requireNonNull(createdBy, "createdBy is null");
        requireNonNull(expiresAt, "expiresAt is null");
        requireNonNull(lastUsedAt, "lastUsedAt is null");
    }
}
