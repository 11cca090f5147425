package dev.firn.registry.lineage;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Digest;

/**
 * What a digest is.
 *
 * @param kind an artifact's kind, or an external input's
 * @param name the external input's name; for an artifact its kind
 * @param external whether it came from outside
 */
public record LineageNode(Digest digest, String kind, String name, boolean external) {

    public LineageNode {
        requireNonNull(digest, "digest is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(name, "name is null");
    }
}
