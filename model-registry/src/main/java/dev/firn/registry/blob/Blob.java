package dev.firn.registry.blob;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Digest;

/** Stored content. */
public record Blob(Digest digest, long bytes) {

    public Blob {
        requireNonNull(digest, "digest is null");
    }
}
