package dev.firn.api.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.control.Control;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request to a run, as clients see it.
 *
 * @param kind such as {@code pause} or {@code learning-rate-scale}
 * @param value what came with it, or null
 * @param state {@code REQUESTED}, {@code APPLIED} or {@code REFUSED}
 * @param reason why it was refused, or null
 * @param step the number of steps that the stage had done when it took effect; null when it has not, or not between steps
 */
public record ControlView(
        long id,
        String kind,
        @Nullable JsonNode value,
        String state,
        @Nullable String reason,
        @Nullable Long step,
        @Nullable String requestedBy,
        Instant requestedAt,
        @Nullable Instant decidedAt) {
    public ControlView {
        requireNonNull(kind, "kind is null");
        requireNonNull(state, "state is null");
        requireNonNull(requestedAt, "requestedAt is null");
    }

    /** The view of a row. */
    public static ControlView of(Control control) {
        return new ControlView(
                control.id(),
                control.kind(),
                control.value().orElse(null),
                control.state().name(),
                control.reason().orElse(null),
                control.effectiveStep().isPresent() ? control.effectiveStep().getAsLong() : null,
                control.requestedBy().orElse(null),
                control.requestedAt(),
                control.decidedAt().orElse(null));
    }
}
