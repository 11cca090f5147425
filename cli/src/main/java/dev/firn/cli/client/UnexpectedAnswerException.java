package dev.firn.cli.client;

/** Something answered, but not as a Firn server does. */
public final class UnexpectedAnswerException extends RuntimeException {
    UnexpectedAnswerException(String message) {
        super(message);
    }

    UnexpectedAnswerException(String message, Throwable cause) {
        super(message, cause);
    }
}
