package dev.firn.workflows.stage;

import static java.util.Objects.requireNonNull;

/**
 * How a stage ended well. Its outputs are in the registry.
 *
 * @param key the stage key
 * @param reused whether a finished execution was taken over
 */
public record StageOutcome(Stage stage, String key, boolean reused) {
    public StageOutcome {
        requireNonNull(stage, "stage is null");
        requireNonNull(key, "key is null");
    }
}
