package dev.firn.registry.control;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A request to a run.
 *
 * @param id grows with each request
 * @param kind such as {@code pause} or {@code learning-rate-scale}
 * @param value what comes with it, such as the factor
 * @param reason why it was refused
 * @param executionId the stage execution in which it took effect
 * @param effectiveStep the step before which it took effect
 */
public record Control(
        long id,
        UUID runId,
        String kind,
        Optional<JsonNode> value,
        Optional<String> requestedBy,
        Instant requestedAt,
        State state,
        Optional<String> reason,
        Optional<UUID> executionId,
        OptionalLong effectiveStep,
        Optional<Instant> decidedAt) {

    /** What became of a request. */
    public enum State {
        REQUESTED,
        APPLIED,
        REFUSED
    }
}
