package dev.firn.bench.drill;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a strike cost, as the run's log tells.
 *
 * @param secondsUntilGoingOn until the next attempt at the stage began; 0 when none was needed
 * @param lostSteps steps that were done again; empty when the strike fell outside of training
 * @param allowedSteps as many may be done again: those since the newest checkpoint that was not spoiled, or since the one before
 *     while the newest is being written
 */
record Aftermath(double secondsUntilGoingOn, OptionalLong lostSteps, OptionalLong allowedSteps) {
    /** The type of the event that tells of a checkpoint whose bytes are broken. */
    static final String DAMAGE = "damage";

    /**
     * Reads the log.
     *
     * @param events the whole log as the server gives it, oldest first
     * @param until when the next strike came
     */
    static Aftermath of(Strike strike, Instant until, List<JsonNode> events, int everySteps) {
        List<JsonNode> later = events.stream()
                .filter(event -> event.path("stage").asText("").equals(strike.stage()))
                .filter(event -> at(event).isAfter(strike.at()))
                .toList();
        Optional<JsonNode> attempt = later.stream()
                .filter(event -> event.path("data").has("attempt") && at(event).isBefore(until))
                .findFirst();
        OptionalDouble seconds = attempt.stream()
                .mapToDouble(event -> Duration.between(strike.at(), at(event)).toMillis() / 1e3)
                .findFirst();
        if (strike.step().isEmpty()) {
            return new Aftermath(seconds.orElse(0), OptionalLong.empty(), OptionalLong.empty());
        }
        long step = strike.step().getAsLong();
        long resumed = attempt.isEmpty()
                ? step
                : later.stream()
                        .filter(event -> event.path("data").has("checkpoint")
                                && !event.path("type").asText().equals(DAMAGE))
                        .mapToLong(event -> event.path("data").path("step").asLong())
                        .findFirst()
                        .orElse(0);
        return new Aftermath(
                seconds.orElse(0),
                OptionalLong.of(Math.max(0, step - resumed)),
                OptionalLong.of(everySteps * (1L + strike.fault().spoiledCheckpoints()) + step % everySteps));
    }

    private static Instant at(JsonNode event) {
        return Instant.parse(event.path("at").asText());
    }

    /** Whether no more was lost than may be. */
    boolean withinBounds() {
        return lostSteps.isEmpty() || lostSteps.getAsLong() <= allowedSteps.orElseThrow();
    }
}
