package dev.firn.workflows.run;

import static java.util.Objects.requireNonNull;

import dev.firn.workflows.stage.Stage;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param stage the stage that failed, or null
 * @param message what went wrong, or null
 */
public record RunEnding(
        State state, @Nullable Stage stage, @Nullable String message) {
    public RunEnding {
        requireNonNull(state, "state is null");
    }

    /** The states that end a run. */
    public enum State {
        SUCCEEDED,
        FAILED,
        CANCELLED
    }
}
