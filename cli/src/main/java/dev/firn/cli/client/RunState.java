package dev.firn.cli.client;

/** Where a run stands. */
public enum RunState {
    QUEUED,
    RUNNING,
    PAUSED,
    STOPPING,
    CANCELLED,
    FAILED,
    SUCCEEDED;

    /** Whether nothing will happen to the run any more. */
    public boolean ended() {
        return switch (this) {
            case CANCELLED, FAILED, SUCCEEDED -> true;
            case QUEUED, RUNNING, PAUSED, STOPPING -> false;
        };
    }
}
