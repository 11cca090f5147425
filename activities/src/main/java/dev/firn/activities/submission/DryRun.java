package dev.firn.activities.submission;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.training.data.DataInspection;
import dev.firn.workflows.stage.Stage;
import java.util.List;

/**
 * What a run would do.
 *
 * @param specification the resolved specification
 * @param stages what would become of each stage
 * @param data the sources with their pairs, the evaluation sets with their queries
 * @param memory what the run needs at its widest
 */
public record DryRun(JsonNode specification, List<PlannedStage> stages, DataInspection data, MemoryNeed memory) {
    public DryRun {
        stages = List.copyOf(stages);
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
