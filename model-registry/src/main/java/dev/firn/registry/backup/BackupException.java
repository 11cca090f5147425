package dev.firn.registry.backup;

import dev.firn.registry.RegistryException;

/** A backup cannot be taken or restored; the message says why and what to do. */
public class BackupException extends RegistryException {
    private static final long serialVersionUID = 1;

    public BackupException(String message) {
        super(message, null);
    }

    public BackupException(String message, Throwable cause) {
        super(message, cause);
    }
}
