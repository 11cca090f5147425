package dev.firn.api.security;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Digest;

/**
 * A token as the server knows it: not the token itself.
 *
 * @param name whose it is; runs and controls keep it
 * @param digest the SHA-256 of the token
 */
public record ApiToken(String name, Digest digest, AccessRole role) {
    public ApiToken {
        requireNonNull(name, "name is null");
        requireNonNull(digest, "digest is null");
        requireNonNull(role, "role is null");
    }
}
