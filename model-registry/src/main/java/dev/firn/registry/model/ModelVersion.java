package dev.firn.registry.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.artifact.ArtifactReference;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A version of a model.
 *
 * @param version from 1 within the model
 * @param runId the run that made it; nothing for one that came from outside
 * @param executionId the stage execution that made it
 * @param dimension how many numbers its vectors have
 * @param archivedAt when it was laid aside; nothing when it was not
 * @param aliases the aliases that point to it now
 * @param tags what people say of it: values by tag, in the tags' order; a value may be empty
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
        Optional<Instant> archivedAt,
        List<String> aliases,
        SortedMap<String, String> tags) {

    public ModelVersion {
        aliases = List.copyOf(aliases);
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
    }
}
