package dev.firn.registry.lineage;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Digest;

/**
 * Something that went into what was made.
 *
 * @param relation what it was to the output, such as {@code dataset} or {@code teacher}
 */
public record LineageInput(Digest digest, String relation) {

    public LineageInput {
        requireNonNull(digest, "digest is null");
        requireNonNull(relation, "relation is null");
    }
}
