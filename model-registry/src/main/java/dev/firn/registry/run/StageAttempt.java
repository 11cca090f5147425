package dev.firn.registry.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * One attempt at a stage.
 *
 * @param fence the fence it took
 * @param worker who worked
 * @param fingerprint the numerics it worked with
 * @param resumedFrom the checkpoint it went on from
 * @param resumedStep that checkpoint's step
 */
public record StageAttempt(
        long fence,
        String worker,
        Optional<JsonNode> fingerprint,
        Outcome outcome,
        Optional<JsonNode> failure,
        Optional<UUID> resumedFrom,
        OptionalLong resumedStep,
        Instant startedAt,
        Optional<Instant> finishedAt) {

    /** How an attempt ended. */
    public enum Outcome {
        RUNNING,
        SUCCEEDED,
        FAILED,
        CANCELLED,
        /** Somebody asked the run to wait; the next attempt goes on. */
        PAUSED,
        /** It did not end by itself; a newer attempt, or the end of the stage, took its place. */
        SUPERSEDED
    }
}
