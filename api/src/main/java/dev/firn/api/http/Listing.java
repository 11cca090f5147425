package dev.firn.api.http;

import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list as clients see it.
 *
 * @param items the items, in the list's order
 * @param nextCursor what to send as {@code cursor} for the next page; null on the last one
 */
public record Listing<T>(List<T> items, @Nullable String nextCursor) {
    private static final int DEFAULT_LIMIT = 50;

    public Listing {
        items = List.copyOf(items);
    }

    /** A page of the registry, each item as clients see it. */
    public static <R, T> Listing<T> of(Page<R> page, Function<R, T> view) {
        return new Listing<>(
                page.items().stream().map(view).toList(), page.nextCursor().orElse(null));
    }

    /**
     * The page that the query parameters ask for: 50 items from the first on when nothing was said.
     *
     * @throws ProblemException 400 when the limit is not in 1 to 1000
     */
    public static PageRequest request(String limit, String cursor) {
        int items = (int) Parameters.whole("limit", limit, DEFAULT_LIMIT, 1, PageRequest.MAXIMUM_LIMIT);
        return new PageRequest(items, Optional.ofNullable(cursor).filter(text -> !text.isEmpty()));
    }
}
