package dev.firn.bench.drill;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A run's log.
 *
 * @param events as the server gives them, oldest first
 */
record RunLog(List<JsonNode> events) {
    /** The type of the event that tells of a checkpoint whose bytes are broken. */
    static final String DAMAGE = "damage";

    private static final String STORAGE = "storage";

    RunLog {
        events = List.copyOf(events);
    }

    /** When something was logged. */
    static Instant at(JsonNode event) {
        return Instant.parse(event.path("at").asText());
    }

    private static boolean hasType(JsonNode event, String type) {
        return event.path("type").asText().equals(type);
    }

    /** What was said of the stage after the strike. */
    Stream<JsonNode> after(Strike strike) {
        return events.stream()
                .filter(event -> event.path("stage").asText("").equals(strike.stage()))
                .filter(event -> at(event).isAfter(strike.at()));
    }

    /** The word after the strike that the stage waits for room. */
    Optional<JsonNode> waiting(Strike strike) {
        return after(strike)
                .filter(event -> hasType(event, STORAGE)
                        && event.path("data").path("waiting").asBoolean(false))
                .findFirst();
    }

    /** The word after the strike that the stage waited for room, and goes on. */
    Optional<JsonNode> roomAgain(Strike strike) {
        return waiting(strike)
                .flatMap(waiting -> after(strike)
                        .filter(event ->
                                event.path("id").asLong() > waiting.path("id").asLong())
                        .filter(event -> hasType(event, STORAGE)
                                && !event.path("data").path("waiting").asBoolean(true))
                        .findFirst());
    }

    /**
     * What the run had to say of a strike, and did not.
     *
     * @param until when the next strike came
     */
    Optional<String> silence(Strike strike, Instant until) {
        if (strike.fault().spoiledCheckpoints() > 0 && strike.insideTraining()) {
            return after(strike).anyMatch(event -> hasType(event, DAMAGE))
                    ? Optional.empty()
                    : Optional.of("the word that the checkpoint of " + strike.stage() + " at step "
                            + strike.committed().orElseThrow() + " is damaged");
        }
        if (strike.fault().fillsStore()) {
            if (waiting(strike).filter(event -> at(event).isBefore(until)).isEmpty()) {
                return Optional.of("the word that " + strike.stage() + " waits for room");
            }
            if (roomAgain(strike).filter(event -> at(event).isBefore(until)).isEmpty()) {
                return Optional.of("the word that " + strike.stage() + " goes on since there is room");
            }
        }
        return Optional.empty();
    }
}
