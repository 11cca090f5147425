package dev.firn.api.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.activities.submission.DryRun;
import dev.firn.activities.submission.MemoryNeed;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What a run would do, as clients see it.
 *
 * @param specification the resolved specification
 * @param memoryBytes what the run needs at its widest
 * @param memory what that consists of
 */
@Schema(name = "WouldBeRun")
public record DryRunView(JsonNode specification, List<PlannedStage> stages, long memoryBytes, Memory memory) {
    public DryRunView {
        requireNonNull(specification, "specification is null");
        stages = List.copyOf(stages);
    }

    /** A stage as it would be run: whether a finished one would be taken, and why. */
    public record PlannedStage(String name, String key, boolean reused, String reason) {}

    /**
     * The memory of the train stage that takes the most, and of the process.
     *
     * @param stage its name
     * @param parameterBytes weights, gradients, moments and their copy for a checkpoint
     * @param activationBytes activations of a chunk
     * @param batchBytes what follows the size of the batch
     * @param processBytes what the process holds besides
     * @param availableBytes what a training could take on the server now
     * @param shortage what to change where that is too little; null where it is enough
     */
    public record Memory(
            String stage,
            long parameterBytes,
            long activationBytes,
            long batchBytes,
            long processBytes,
            long availableBytes,
            String shortage) {}

    static DryRunView of(DryRun dryRun) {
        return new DryRunView(
                dryRun.specification(),
                dryRun.stages().stream()
                        .map(stage ->
                                new PlannedStage(stage.stage().label(), stage.key(), stage.reused(), stage.reason()))
                        .toList(),
                dryRun.memory().bytes(),
                memory(dryRun.memory()));
    }

    private static Memory memory(MemoryNeed need) {
        return new Memory(
                need.stage().label(),
                need.training().parameterBytes(),
                need.training().activationBytes(),
                need.training().batchBytes(),
                need.processBytes(),
                need.availableBytes(),
                need.shortage().orElse(null));
    }
}
