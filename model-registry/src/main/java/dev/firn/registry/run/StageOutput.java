package dev.firn.registry.run;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.artifact.ArtifactReference;

/**
 * An artifact that a stage gives, under the name by which later stages ask for it.
 *
 * @param name such as {@code pretrained}
 */
public record StageOutput(String name, ArtifactReference artifact) {

    public StageOutput {
        requireNonNull(name, "name is null");
        requireNonNull(artifact, "artifact is null");
    }
}
