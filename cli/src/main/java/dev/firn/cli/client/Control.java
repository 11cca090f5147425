package dev.firn.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * A request to a run.
 *
 * @param value what came with it, or null
 * @param state {@code REQUESTED}, {@code APPLIED} or {@code REFUSED}
 * @param reason why it was refused, or null
 * @param step the steps that the stage had done when it took effect, or null
 */
public record Control(
        long id, String kind, JsonNode value, String state, String reason, Long step, Instant requestedAt) {}
