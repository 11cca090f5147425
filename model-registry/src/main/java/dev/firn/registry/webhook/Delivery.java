package dev.firn.registry.webhook;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * A message to a receiver, and how it went so far.
 *
 * @param id the same in every attempt
 * @param attempts how often it was sent
 * @param nextAttemptAt when it is sent again at the earliest; of no meaning once it has arrived or was given up
 * @param lastStatus the HTTP status that the receiver answered last with
 * @param lastError why the last attempt failed
 * @param finishedAt when it arrived or was given up
 */
public record Delivery(
        UUID id,
        String event,
        JsonNode body,
        State state,
        int attempts,
        Instant nextAttemptAt,
        OptionalInt lastStatus,
        Optional<String> lastError,
        Instant createdAt,
        Optional<Instant> finishedAt) {
    public Delivery {
        requireNonNull(id, "id is null");
        requireNonNull(event, "event is null");
        requireNonNull(body, "body is null");
        requireNonNull(state, "state is null");
        requireNonNull(nextAttemptAt, "nextAttemptAt is null");
        requireNonNull(lastStatus, "lastStatus is null");
        requireNonNull(lastError, "lastError is null");
        requireNonNull(createdAt, "createdAt is null");
        requireNonNull(finishedAt, "finishedAt is null");
    }

    /** How far a message is. */
    public enum State {
        PENDING,
        DELIVERED,
        GIVEN_UP
    }
}
