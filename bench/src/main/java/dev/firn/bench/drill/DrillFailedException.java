package dev.firn.bench.drill;

/** The drill could not be done, or showed at once that something is lost; the message is for people. */
final class DrillFailedException extends Exception {
    private static final long serialVersionUID = 1;

    DrillFailedException(String message) {
        super(message);
    }
}
