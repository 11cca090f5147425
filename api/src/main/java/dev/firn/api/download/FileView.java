package dev.firn.api.download;

import static java.util.Objects.requireNonNull;

/**
 * A file of a folder as clients see it.
 *
 * @param name its path in the folder, with slashes
 * @param sha256 the digest of its bytes
 */
public record FileView(String name, long bytes, String sha256) {
    public FileView {
        requireNonNull(name, "name is null");
        requireNonNull(sha256, "sha256 is null");
    }
}
