package dev.firn.registry.model;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Versions that have a tag.
 *
 * @param value with this value; with any when there is none
 */
public record TagFilter(String tag, Optional<String> value) {

    public TagFilter {
        requireNonNull(tag, "tag is null");
        requireNonNull(value, "value is null");
    }

    /** Reads {@code tag} or {@code tag=value}. */
    public static TagFilter parse(String text) {
        int equals = text.indexOf('=');
        return equals < 0
                ? new TagFilter(text, Optional.empty())
                : new TagFilter(text.substring(0, equals), Optional.of(text.substring(equals + 1)));
    }
}
