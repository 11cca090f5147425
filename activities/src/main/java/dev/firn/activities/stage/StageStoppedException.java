package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

/** The stage must not go on. */
final class StageStoppedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why it must not. */
    enum Reason {
        /** The run is being cancelled: what is worth keeping may be committed. */
        CANCELLED,
        /** The worker shuts down: what is worth keeping may be committed, another attempt goes on. */
        SHUTTING_DOWN,
        /** Another attempt has taken over, or the run has ended: nothing may be written. */
        REPLACED
    }

    private final Reason reason;

    StageStoppedException(Reason reason, Throwable cause) {
        super("The stage was stopped: " + reason, cause);
        this.reason = requireNonNull(reason, "reason is null");
    }

    Reason reason() {
        return reason;
    }
}
