package dev.firn.workflows.stage;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What an activity is told: everything else it reads from the registry.
 *
 * @param runId the run's id
 * @param fence the fence under which the stage was divided, when it was: the attempt goes on
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StageTask(String runId, Stage stage, @Nullable Long fence) {
    public StageTask {
        requireNonNull(runId, "runId is null");
        requireNonNull(stage, "stage is null");
    }

    /** A stage that was not divided. */
    public StageTask(String runId, Stage stage) {
        this(runId, stage, null);
    }
}
