package dev.firn.registry.model;

import dev.firn.registry.ConflictException;

/** An alias is protected, and what was asked for was not confirmed. */
public final class ProtectedAliasException extends ConflictException {
    private static final long serialVersionUID = 1;

    public ProtectedAliasException(String message) {
        super(message);
    }
}
