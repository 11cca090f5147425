package dev.firn.registry.artifact;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Digest;

/**
 * A file of an artifact.
 *
 * @param name relative to the folder, with {@code /} between folders
 */
public record ArtifactFile(String name, Digest digest, long bytes) {

    public ArtifactFile {
        requireNonNull(name, "name is null");
        requireNonNull(digest, "digest is null");
    }
}
