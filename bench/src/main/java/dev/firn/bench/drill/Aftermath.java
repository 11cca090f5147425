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
 * @param secondsUntilGoingOn until the last attempt at the stage began, those before having failed; or where the store was filled,
 *     until it said that it goes on; 0 when neither was needed
 * @param lostSteps steps that were done again; empty when the strike fell outside of training
 * @param allowedSteps as many may be done again: those since the newest checkpoint that was not spoiled, or since the one before
 *     while the newest is being written
 */
record Aftermath(double secondsUntilGoingOn, OptionalLong lostSteps, OptionalLong allowedSteps) {
    /**
     * Reads the log.
     *
     * @param log the whole of it
     * @param until when the next strike came
     */
    static Aftermath of(Strike strike, Instant until, RunLog log, int everySteps) {
        List<JsonNode> later = log.after(strike).toList();
        Optional<JsonNode> attempt = later.stream()
                .filter(event ->
                        event.path("data").has("attempt") && RunLog.at(event).isBefore(until))
                .reduce((earlier, last) -> last);
        Optional<JsonNode> goesOn = strike.fault().fillsStore() ? log.roomAgain(strike) : attempt;
        OptionalDouble seconds = goesOn.stream()
                .mapToDouble(
                        event -> Duration.between(strike.at(), RunLog.at(event)).toMillis() / 1e3)
                .findFirst();
        if (strike.step().isEmpty()) {
            return new Aftermath(seconds.orElse(0), OptionalLong.empty(), OptionalLong.empty());
        }
        long step = strike.step().getAsLong();
        long resumed = attempt.isEmpty()
                ? step
                : later.stream()
                        .filter(event -> event.path("data").has("checkpoint")
                                && !event.path("type").asText().equals(RunLog.DAMAGE))
                        .mapToLong(event -> event.path("data").path("step").asLong())
                        .findFirst()
                        .orElse(0);
        return new Aftermath(
                seconds.orElse(0),
                OptionalLong.of(Math.max(0, step - resumed)),
                OptionalLong.of(everySteps * (1L + strike.fault().spoiledCheckpoints()) + step % everySteps));
    }

    /** Whether no more was lost than may be. */
    boolean withinBounds() {
        return lostSteps.isEmpty() || lostSteps.getAsLong() <= allowedSteps.orElseThrow();
    }
}
