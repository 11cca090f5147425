package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import io.temporal.client.ActivityCanceledException;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.ActivityWorkerShutdownException;
import io.temporal.failure.TimeoutFailure;
import java.util.OptionalLong;

/** The stage must not go on. */
final class StageStoppedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why it must not. */
    enum Reason {
        /** The run is being cancelled: what is worth keeping may be committed. */
        CANCELLED,
        /** The worker shuts down: what is worth keeping may be committed, another attempt goes on. */
        SHUTTING_DOWN,
        /**
         * Temporal has not heard of this attempt for too long (the process was suspended, or the machine was overloaded) and gives the
         * stage to another: what is worth keeping may be committed as long as the fence is this attempt's.
         */
        UNHEARD,
        /** The run is asked to wait: what is worth keeping may be committed, another attempt goes on when it is resumed. */
        PAUSED,
        /** Another attempt has taken over, or the run has ended: nothing may be written. */
        REPLACED
    }

    private final Reason reason;
    private transient OptionalLong step = OptionalLong.empty();

    StageStoppedException(Reason reason) {
        super("The stage was stopped: " + reason);
        this.reason = requireNonNull(reason, "reason is null");
    }

    StageStoppedException(Reason reason, Throwable cause) {
        super("The stage was stopped: " + reason, cause);
        this.reason = requireNonNull(reason, "reason is null");
    }

    /** What an answer to a heartbeat means. */
    static StageStoppedException of(ActivityCompletionException answer) {
        return new StageStoppedException(
                switch (answer) {
                    // The SDK calls it a cancellation when it gives up on its own heartbeats, which nobody asked for
                    case ActivityCanceledException e when e.getCause() instanceof TimeoutFailure -> Reason.UNHEARD;
                    case ActivityCanceledException _ -> Reason.CANCELLED;
                    case ActivityWorkerShutdownException _ -> Reason.SHUTTING_DOWN;
                    default -> Reason.REPLACED;
                },
                answer);
    }

    /** After the checkpoint of this step. */
    StageStoppedException after(long checkpointStep) {
        step = OptionalLong.of(checkpointStep);
        return this;
    }

    /** The step of the last checkpoint; empty where there is none. */
    OptionalLong step() {
        return step;
    }

    Reason reason() {
        return reason;
    }
}
