package dev.firn.registry.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A run, without its specification ({@link RunStore#specification}) and stages ({@link StageStore#ofRun}).
 *
 * @param workflowId the id of the workflow that executes it, {@code run-<id>}
 * @param fingerprint the numerics it began with
 * @param failure why it failed
 * @param result what came out of it, as the last stage wrote it
 */
public record Run(
        UUID id,
        String name,
        RunState state,
        int priority,
        String workflowId,
        Optional<JsonNode> fingerprint,
        Optional<JsonNode> failure,
        Optional<JsonNode> result,
        Optional<UUID> parentCheckpoint,
        Optional<String> requestedBy,
        Instant createdAt,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt) {}
