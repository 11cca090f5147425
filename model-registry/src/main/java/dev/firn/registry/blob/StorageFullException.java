package dev.firn.registry.blob;

/** There is no room: in the object store, or on the disk where content is spooled. */
public class StorageFullException extends ObjectStoreException {
    private static final long serialVersionUID = 1;

    public StorageFullException(String message, Throwable cause) {
        super(message, true, cause);
    }
}
