package dev.firn.cli.client;

import java.time.Instant;

/** A token that the server accepts; {@code lastUsedAt} is null when it never was used. */
public record Token(
        String id,
        String name,
        String role,
        Instant createdAt,
        String createdBy,
        Instant expiresAt,
        Instant lastUsedAt,
        boolean expired) {}
