package dev.firn.cli.client;

import java.time.Instant;

/**
 * A message to a receiver.
 *
 * @param state {@code PENDING}, {@code DELIVERED} or {@code GIVEN_UP}
 * @param nextAttemptAt when it is sent again; null unless it is pending
 * @param lastStatus the receiver's last answer; null when there was none
 * @param lastError why the last attempt failed; null when it did not
 */
public record Delivery(
        String id,
        String event,
        String state,
        int attempts,
        Instant createdAt,
        Instant nextAttemptAt,
        Integer lastStatus,
        String lastError) {}
