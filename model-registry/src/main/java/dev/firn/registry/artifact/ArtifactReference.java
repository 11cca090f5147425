package dev.firn.registry.artifact;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Digest;

/**
 * A folder in the object store.
 *
 * @param kind what kind of folder it is, such as {@code weights}
 * @param digest the digest of its manifest, and so of the whole folder
 * @param bytes the sum of its files' sizes
 */
public record ArtifactReference(String kind, Digest digest, long bytes) {

    public ArtifactReference {
        requireNonNull(kind, "kind is null");
        requireNonNull(digest, "digest is null");
    }
}
