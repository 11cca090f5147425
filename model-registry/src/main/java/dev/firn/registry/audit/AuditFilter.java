package dev.firn.registry.audit;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Restricts a listing of entries.
 *
 * @param caller only what this caller did
 * @param path only what was done to paths that begin with this
 */
public record AuditFilter(Optional<String> caller, Optional<String> path) {
    /** Everything. */
    public static final AuditFilter ALL = new AuditFilter(Optional.empty(), Optional.empty());

    public AuditFilter {
        requireNonNull(caller, "caller is null");
        requireNonNull(path, "path is null");
    }
}
