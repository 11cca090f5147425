package dev.firn.registry.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.artifact.ArtifactReference;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A version of a model.
 *
 * @param version from 1 within the model
 * @param runId the run that made it; nothing for one that came from outside
 * @param executionId the stage execution that made it
 * @param dimension how many numbers its vectors have
 * @param aliases the aliases that point to it now
 */
public record ModelVersion(
        UUID id,
        String model,
        int version,
        ArtifactReference artifact,
        Optional<UUID> runId,
        Optional<UUID> executionId,
        int dimension,
        JsonNode metrics,
        Instant createdAt,
        List<String> aliases) {

    public ModelVersion {
        aliases = List.copyOf(aliases);
    }
}
