package dev.firn.cli.client;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The first items of a listing, gathered from as many pages as it took.
 *
 * @param items the items in the server's order
 * @param json the same items as they came, as {@code {"items":[…],"nextCursor":…}}
 * @param more whether the server has further items
 */
public record Listing<T>(List<T> items, ObjectNode json, boolean more) {
    public Listing {
        items = List.copyOf(items);
        requireNonNull(json, "json is null");
    }
}
