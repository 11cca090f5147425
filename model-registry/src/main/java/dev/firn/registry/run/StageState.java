package dev.firn.registry.run;

/** Where a stage of a run stands. */
public enum StageState {
    PENDING,
    RUNNING,
    /** Not done by this run: it has the outputs of another's execution. */
    REUSED,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    /** Whether the stage has its outputs. */
    public boolean done() {
        return switch (this) {
            case REUSED, SUCCEEDED -> true;
            case PENDING, RUNNING, FAILED, CANCELLED -> false;
        };
    }
}
