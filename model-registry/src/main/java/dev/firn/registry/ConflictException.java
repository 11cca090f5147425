package dev.firn.registry;

/** The present state forbids it; the message says why. */
public class ConflictException extends RegistryException {
    private static final long serialVersionUID = 1;

    public ConflictException(String reason) {
        super(reason);
    }
}
