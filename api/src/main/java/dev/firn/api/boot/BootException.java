package dev.firn.api.boot;

import static java.util.Objects.requireNonNull;

/** Firn cannot start; the message is for the person who started it. */
public final class BootException extends RuntimeException {
    private final int exitCode;

    private BootException(String message, Throwable cause, int exitCode) {
        super(requireNonNull(message, "message is null"), cause);
        this.exitCode = exitCode;
    }

    /** What was asked for cannot be: exit code 2. */
    public static BootException wrongInput(String message) {
        return new BootException(message, null, 2);
    }

    /** What was asked for did not work: exit code 1. */
    public static BootException failed(String message, Throwable cause) {
        return new BootException(message, cause, 1);
    }

    /** The exit code of the process. */
    public int exitCode() {
        return exitCode;
    }
}
