package dev.firn.registry.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Something that happened in a run.
 *
 * @param id grows within a run in the order in which events become visible
 * @param stage the stage it concerns
 * @param type {@code run}, {@code stage}, {@code log}, {@code checkpoint}, {@code control} or {@code model}
 * @param message for people
 * @param data for programs
 */
public record Event(
        long id, UUID runId, Optional<String> stage, String type, String message, JsonNode data, Instant at) {}
