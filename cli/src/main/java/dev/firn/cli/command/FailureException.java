package dev.firn.cli.command;

/** A command did not reach its end, through no fault of what was asked. */
public final class FailureException extends RuntimeException {
    public FailureException(String message) {
        super(message);
    }
}
