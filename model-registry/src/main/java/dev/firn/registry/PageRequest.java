package dev.firn.registry;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Which page of a listing is asked for.
 *
 * @param limit how many items at most, 1 to {@value #MAXIMUM_LIMIT}
 * @param cursor {@link Page#nextCursor} of the page before; empty for the first page
 */
public record PageRequest(int limit, Optional<String> cursor) {

    /** The largest page. */
    public static final int MAXIMUM_LIMIT = 1000;

    public PageRequest {
        requireNonNull(cursor, "cursor is null");
        if (limit < 1 || limit > MAXIMUM_LIMIT) {
            throw new IllegalArgumentException("limit must be between 1 and " + MAXIMUM_LIMIT + ", is " + limit);
        }
    }

    /** The first page. */
    public static PageRequest first(int limit) {
        return new PageRequest(limit, Optional.empty());
    }

    /** The page after the one that ended with this cursor. */
    public static PageRequest after(int limit, String cursor) {
        return new PageRequest(limit, Optional.of(cursor));
    }
}
