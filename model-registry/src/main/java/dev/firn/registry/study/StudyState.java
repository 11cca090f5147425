package dev.firn.registry.study;

/** Where a study stands. */
public enum StudyState {
    /** Its runs are submitted, a few at a time. */
    RUNNING,
    /** Somebody asked for its end; its unfinished runs are being cancelled. */
    STOPPING,
    /** It was stopped, and can go on. */
    STOPPED,
    /** Every run has ended, some of them perhaps badly. */
    FINISHED;

    /** Whether nothing will happen any more unless somebody asks for it. */
    public boolean ended() {
        return switch (this) {
            case RUNNING, STOPPING -> false;
            case STOPPED, FINISHED -> true;
        };
    }
}
