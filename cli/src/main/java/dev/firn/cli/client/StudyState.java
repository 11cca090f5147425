package dev.firn.cli.client;

/** Where a study stands. */
public enum StudyState {
    RUNNING,
    STOPPING,
    STOPPED,
    FINISHED;

    /** Whether nothing will happen to the study unless somebody asks for it. */
    public boolean ended() {
        return switch (this) {
            case RUNNING, STOPPING -> false;
            case STOPPED, FINISHED -> true;
        };
    }
}
