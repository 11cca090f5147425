package dev.firn.registry.run;

import java.util.EnumSet;
import java.util.Set;

/** Where a run stands. */
public enum RunState {
    /** Accepted, not started. */
    QUEUED,
    /** Stages are worked on. */
    RUNNING,
    /** Somebody asked it to wait. */
    PAUSED,
    /** Somebody asked it to end; it has not yet. */
    STOPPING,
    /** Ended because somebody asked for it. */
    CANCELLED,
    /** Ended by a fault. */
    FAILED,
    /** All stages are done. */
    SUCCEEDED;

    /** Whether nothing happens any more, unless it is retried. */
    public boolean ended() {
        return switch (this) {
            case QUEUED, RUNNING, PAUSED, STOPPING -> false;
            case CANCELLED, FAILED, SUCCEEDED -> true;
        };
    }

    /** The states of runs that have not ended. */
    public static Set<RunState> unfinished() {
        return EnumSet.of(QUEUED, RUNNING, PAUSED, STOPPING);
    }
}
