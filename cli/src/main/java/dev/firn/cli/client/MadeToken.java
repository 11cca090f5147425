package dev.firn.cli.client;

import java.time.Instant;

/** A token that was just made; {@code token} is told this once. */
public record MadeToken(String id, String name, String role, Instant expiresAt, String token) {}
