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
    CHECKPOINT;

    /** Whether it is for the train stage under way, and takes effect between two of its steps. */
    public boolean ofTrainStage() {
        return switch (this) {
            case PAUSE, RESUME -> false;
            case CHECKPOINT -> true;
        };
    }

    /** Whether a run that waits can be asked for it; it takes effect when the run goes on. */
    public boolean whilePaused() {
        return switch (this) {
            case RESUME -> true;
            case PAUSE, CHECKPOINT -> false;
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
