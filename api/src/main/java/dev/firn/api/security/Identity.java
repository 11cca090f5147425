package dev.firn.api.security;

import static java.util.Objects.requireNonNull;

/**
 * Who makes a request, and what they may do.
 *
 * @param name runs, controls and the audit trail keep it
 */
public record Identity(String name, AccessRole role) {
    public Identity {
        requireNonNull(name, "name is null");
        requireNonNull(role, "role is null");
    }
}
