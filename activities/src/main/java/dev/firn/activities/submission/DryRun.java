package dev.firn.activities.submission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.training.data.DataInspection;
import dev.firn.workflows.specification.Fault;
import dev.firn.workflows.stage.Stage;
import java.util.List;

/**
 * What a run would do.
 *
 * @param specification the resolved specification
 * @param stages what would become of each stage
 * @param data the sources with their pairs, the evaluation sets with their queries
 * @param memory what the run needs at its widest
 * @param needs what it takes besides
 * @param missing files and folders that are not there; then nothing is known of stages and data
 */
public record DryRun(
        JsonNode specification,
        List<PlannedStage> stages,
        DataInspection data,
        MemoryNeed memory,
        RunNeeds needs,
        List<Fault> missing) {
    public DryRun {
        stages = List.copyOf(stages);
        missing = List.copyOf(missing);
    }

    /**
     * A stage as planned.
     *
     * @param key its key
     * @param reused whether a finished execution would be taken over
     * @param reason why, or why not
     */
    public record PlannedStage(Stage stage, String key, boolean reused, String reason) {}
}
