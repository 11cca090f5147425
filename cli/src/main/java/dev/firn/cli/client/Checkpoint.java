package dev.firn.cli.client;

import java.time.Instant;

/** A committed checkpoint of a train stage. */
public record Checkpoint(
        String id,
        String runId,
        String stage,
        long step,
        long bytes,
        String sha256,
        Instant createdAt,
        boolean pinned) {}
