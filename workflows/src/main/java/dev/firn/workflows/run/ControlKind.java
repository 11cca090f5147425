package dev.firn.workflows.run;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/** What a run can be asked to do while it goes on. */
public enum ControlKind {
    /** Wait: commit a checkpoint, end the activity, free its slot. */
    PAUSE,
    /** Go on after a pause. */
    RESUME,
    /** Commit a checkpoint now. */
    CHECKPOINT,
    /** End the train stage under way, and go on with the next one. */
    STOP,
    /** Multiply the schedule's learning rates by a factor from now on, in place of an earlier factor. */
    LEARNING_RATE_SCALE,
    /** Make the train stage longer by a number of steps. */
    EXTEND;

    /** Whether it is for the train stage under way, and takes effect between two of its steps. */
    public boolean ofTrainStage() {
        return switch (this) {
            case PAUSE, RESUME -> false;
            case CHECKPOINT, STOP, LEARNING_RATE_SCALE, EXTEND -> true;
        };
    }

    /** Whether what comes out of the train stage depends on it. */
    public boolean changesTheWeights() {
        return switch (this) {
            case STOP, LEARNING_RATE_SCALE, EXTEND -> true;
            case PAUSE, RESUME, CHECKPOINT -> false;
        };
    }

    /** Whether a run that waits can be asked for it; it takes effect when the run goes on. */
    public boolean whilePaused() {
        return switch (this) {
            case RESUME, LEARNING_RATE_SCALE, EXTEND -> true;
            case PAUSE, CHECKPOINT, STOP -> false;
        };
    }

    /** The name as it stands in addresses and tables. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The kind of a name.
     *
     * @throws IllegalArgumentException when there is none
     */
    @JsonCreator
    public static ControlKind of(String label) {
        return Arrays.stream(values())
                .filter(kind -> kind.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no control " + label));
    }
}
