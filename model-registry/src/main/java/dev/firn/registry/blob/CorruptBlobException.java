package dev.firn.registry.blob;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Digest;
import dev.firn.registry.RegistryException;

/** A stored blob is damaged or missing. It has been quarantined: the same content may be written again. */
public class CorruptBlobException extends RegistryException {
    private static final long serialVersionUID = 1;

    private final Digest digest;

    public CorruptBlobException(Digest digest, String reason) {
        super("the blob " + digest + " is in quarantine: " + reason);
        this.digest = requireNonNull(digest, "digest is null");
    }

    /** The blob. */
    public Digest digest() {
        return digest;
    }
}
