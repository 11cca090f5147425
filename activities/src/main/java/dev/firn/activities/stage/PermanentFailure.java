package dev.firn.activities.stage;

/** A stage failed in a way that trying again cannot mend; the message says what to do. */
public final class PermanentFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    public PermanentFailure(String message) {
        super(message);
    }

    public PermanentFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
