package dev.firn.cli.command;

/** What the user asked for cannot be done as asked; the message says what is wrong with it. */
public final class InputException extends RuntimeException {
    public InputException(String message) {
        super(message);
    }
}
