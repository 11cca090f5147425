package dev.firn.registry.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.artifact.ArtifactReference;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A point from which a stage can go on.
 *
 * @param step the steps done
 * @param formatVersion how the files are laid out
 * @param fence the attempt that wrote it
 * @param fingerprint the numerics it was computed with
 * @param metrics numbers for people, at this step
 * @param pinned whether it is kept whatever the policy says
 */
public record Checkpoint(
        UUID id,
        UUID runId,
        UUID executionId,
        String stage,
        long step,
        ArtifactReference artifact,
        int formatVersion,
        long fence,
        Optional<JsonNode> fingerprint,
        JsonNode metrics,
        boolean pinned,
        Instant createdAt) {}
