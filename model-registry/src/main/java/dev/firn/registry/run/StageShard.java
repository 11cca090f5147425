package dev.firn.registry.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.artifact.ArtifactReference;
import java.time.Instant;
import java.util.Optional;

/**
 * A part of a stage whose work is divided.
 *
 * @param phase what the part belongs to, from 0; a shard reads what the phases before its own made
 * @param shard its place in the phase, from 0
 * @param size how much there is to do, in what its phase counts
 * @param done how much of it is done, as its worker last wrote it
 * @param worker who works on it, or last did
 * @param fingerprint the numerics that its result was computed with
 * @param result what it made; empty before it is done, and again once the stage is
 */
public record StageShard(
        int phase,
        int shard,
        long size,
        long done,
        Optional<String> worker,
        Optional<JsonNode> fingerprint,
        Optional<ArtifactReference> result,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt) {

    public StageShard {
        requireNonNull(worker, "worker is null");
        requireNonNull(fingerprint, "fingerprint is null");
        requireNonNull(result, "result is null");
    }

    /** How much of a phase is done. */
    public record Progress(long done, long size) {}
}
