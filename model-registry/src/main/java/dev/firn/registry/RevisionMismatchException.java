package dev.firn.registry;

/** It was changed by somebody else since the caller looked. */
public class RevisionMismatchException extends ConflictException {
    private static final long serialVersionUID = 1;

    public RevisionMismatchException(String reason) {
        super(reason);
    }
}
