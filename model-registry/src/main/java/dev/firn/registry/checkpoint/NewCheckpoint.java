package dev.firn.registry.checkpoint;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.artifact.ArtifactReference;
import java.util.Optional;

/**
 * A checkpoint whose bytes are published and that is to exist from now on.
 *
 * @param step the steps done
 * @param formatVersion how the files are laid out
 * @param fingerprint the numerics it was computed with
 * @param metrics an object with numbers for people
 */
public record NewCheckpoint(
        long step, ArtifactReference artifact, int formatVersion, Optional<JsonNode> fingerprint, JsonNode metrics) {

    public NewCheckpoint {
        requireNonNull(artifact, "artifact is null");
        requireNonNull(fingerprint, "fingerprint is null");
        requireNonNull(metrics, "metrics is null");
    }
}
