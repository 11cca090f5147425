package dev.firn.registry.model;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.artifact.ArtifactReference;

/**
 * A version that is to be.
 *
 * @param model the model's name; the model is made when it is new
 * @param dimension how many numbers its vectors have
 * @param metrics an object with numbers for people
 */
public record NewModelVersion(String model, ArtifactReference artifact, int dimension, JsonNode metrics) {

    public NewModelVersion {
        requireNonNull(model, "model is null");
        requireNonNull(artifact, "artifact is null");
        requireNonNull(metrics, "metrics is null");
    }
}
