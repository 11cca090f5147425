package dev.firn.registry.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.artifact.ArtifactReference;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A version of a dataset.
 *
 * @param version from 1 within the name
 * @param executionId the stage execution that made it
 * @param summary counts, for people
 */
public record Dataset(
        UUID id,
        String name,
        int version,
        ArtifactReference artifact,
        Optional<UUID> executionId,
        JsonNode summary,
        Instant createdAt) {}
