package dev.firn.registry.blob;

import dev.firn.registry.RegistryException;

/** The object store did not do what it was asked; the message says why and what to do. */
public class ObjectStoreException extends RegistryException {
    private static final long serialVersionUID = 1;

    private final boolean passing;

    /**
     * @param passing whether trying again later may help without anybody doing anything
     */
    public ObjectStoreException(String message, boolean passing, Throwable cause) {
        super(message, cause);
        this.passing = passing;
    }

    /** Whether trying again later may help without anybody doing anything. */
    public boolean passing() {
        return passing;
    }
}
