package dev.firn.registry;

/** Why the registry did not do what it was asked. */
public abstract class RegistryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    protected RegistryException(String message) {
        super(message);
    }

    protected RegistryException(String message, Throwable cause) {
        super(message, cause);
    }
}
