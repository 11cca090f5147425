package dev.firn.registry.model;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Which versions are listed.
 *
 * @param tag those with it
 * @param archived whether those that were laid aside are among them
 */
public record VersionFilter(Optional<TagFilter> tag, boolean archived) {

    /** Those that were not laid aside. */
    public static final VersionFilter USUAL = new VersionFilter(Optional.empty(), false);

    /** Every version. */
    public static final VersionFilter ALL = new VersionFilter(Optional.empty(), true);

    public VersionFilter {
        requireNonNull(tag, "tag is null");
    }
}
