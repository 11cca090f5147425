package dev.firn.registry;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One page of a listing.
 *
 * @param items what is on the page, in the listing's order
 * @param nextCursor where the next page starts; empty on the last page
 */
public record Page<T>(List<T> items, Optional<String> nextCursor) {

    public Page {
        items = List.copyOf(items);
        requireNonNull(nextCursor, "nextCursor is null");
    }

    /**
     * The page from rows that were read with a limit one above the page's.
     *
     * @param rows at most {@code limit + 1} rows
     * @param cursor the cursor of the page that follows an item
     */
    public static <T> Page<T> of(List<T> rows, int limit, Function<T, Cursor> cursor) {
        if (rows.size() <= limit) {
            return new Page<>(rows, Optional.empty());
        }
        List<T> items = rows.subList(0, limit);
        return new Page<>(items, Optional.of(cursor.apply(items.getLast()).encoded()));
    }

    /** The same page with each item changed. */
    public <R> Page<R> map(Function<T, R> function) {
        return new Page<>(items.stream().map(function).toList(), nextCursor);
    }
}
