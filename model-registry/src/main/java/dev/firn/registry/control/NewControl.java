package dev.firn.registry.control;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.UUID;

/**
 * A request to be written.
 *
 * @param kind such as {@code pause} or {@code learning-rate-scale}
 * @param value what comes with it, such as the factor
 * @param requestId when given, the same request of the same run is written once
 */
public record NewControl(
        UUID runId, String kind, Optional<JsonNode> value, Optional<String> requestedBy, Optional<String> requestId) {

    public NewControl {
        requireNonNull(runId, "runId is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(value, "value is null");
        requireNonNull(requestedBy, "requestedBy is null");
        requireNonNull(requestId, "requestId is null");
    }
}
