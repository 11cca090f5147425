package dev.firn.registry;

/** The database does not answer; trying again later may help. */
public class RegistryUnavailableException extends RegistryException {
    private static final long serialVersionUID = 1;

    public RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
