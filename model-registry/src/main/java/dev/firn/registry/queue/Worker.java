package dev.firn.registry.queue;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.UUID;

/**
 * A process that computes stages, one at a time.
 *
 * @param identity who it is: {@code process@host}
 * @param computeClass the class of workers that it belongs to
 * @param memoryBytes what it has in all
 * @param seenAt when it last said that it is there
 */
public record Worker(
        UUID id, String identity, String computeClass, long memoryBytes, Instant startedAt, Instant seenAt) {

    public Worker {
        requireNonNull(id, "id is null");
        requireNonNull(identity, "identity is null");
        requireNonNull(computeClass, "computeClass is null");
        requireNonNull(startedAt, "startedAt is null");
        requireNonNull(seenAt, "seenAt is null");
    }
}
