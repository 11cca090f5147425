package dev.firn.workflows.run;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A request to a run.
 *
 * @param requestId the same request is written once
 * @param value what comes with it, as JSON, or null
 * @param requestedBy who asks, or null
 */
public record ControlRequest(
        String runId,
        ControlKind kind,
        String requestId,
        @Nullable String value,
        @Nullable String requestedBy) {
    public ControlRequest {
        requireNonNull(runId, "runId is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(requestId, "requestId is null");
    }
}
