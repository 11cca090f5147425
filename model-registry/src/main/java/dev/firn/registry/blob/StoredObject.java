package dev.firn.registry.blob;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Digest;
import java.time.Instant;

/**
 * An object in the store, whether or not the registry knows it.
 *
 * @param digest the one that its key names
 */
public record StoredObject(Digest digest, long bytes, Instant modified) {

    public StoredObject {
        requireNonNull(digest, "digest is null");
        requireNonNull(modified, "modified is null");
    }
}
