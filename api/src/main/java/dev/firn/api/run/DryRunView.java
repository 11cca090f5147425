package dev.firn.api.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.activities.submission.DryRun;
import java.util.List;

/**
 * What a run would do, as clients see it.
 *
 * @param specification the resolved specification
 * @param memoryBytes an estimate of the memory that the largest stage needs
 */
public record DryRunView(JsonNode specification, List<PlannedStage> stages, long memoryBytes) {
    public DryRunView {
        requireNonNull(specification, "specification is null");
        stages = List.copyOf(stages);
    }

    /** A stage as it would be run: whether a finished one would be taken, and why. */
    public record PlannedStage(String name, String key, boolean reused, String reason) {}

    static DryRunView of(DryRun dryRun) {
        return new DryRunView(
                dryRun.specification(),
                dryRun.stages().stream()
                        .map(stage ->
                                new PlannedStage(stage.stage().label(), stage.key(), stage.reused(), stage.reason()))
                        .toList(),
                dryRun.memoryBytes());
    }
}
