package dev.firn.api.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.event.Event;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened in a run, as clients see it.
 *
 * @param id grows within a run
 * @param stage null when it concerns the whole run
 * @param type {@code run}, {@code stage}, {@code log}, …
 */
public record EventView(long id, Instant at, @Nullable String stage, String type, String message, JsonNode data) {
    public EventView {
        requireNonNull(at, "at is null");
        requireNonNull(type, "type is null");
        requireNonNull(message, "message is null");
    }

    /** The view of a row. */
    public static EventView of(Event event) {
        return new EventView(
                event.id(), event.at(), event.stage().orElse(null), event.type(), event.message(), event.data());
    }
}
