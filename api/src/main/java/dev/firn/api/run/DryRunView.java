package dev.firn.api.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.activities.submission.DryRun;
import dev.firn.activities.submission.MemoryNeed;
import dev.firn.activities.submission.RunNeeds;
import dev.firn.api.http.Problem;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What a run would do, as clients see it.
 *
 * @param specification the resolved specification
 * @param memoryBytes what the run needs at its widest
 * @param memory what that consists of
 * @param needs tokens, time and storage
 * @param missing files and folders that the specification names and that are not there; with any, there are no stages
 */
@Schema(name = "WouldBeRun")
public record DryRunView(
        JsonNode specification,
        List<PlannedStage> stages,
        long memoryBytes,
        Memory memory,
        Needs needs,
        List<Problem.FieldError> missing) {
    public DryRunView {
        requireNonNull(specification, "specification is null");
        stages = List.copyOf(stages);
        missing = List.copyOf(missing);
    }

    /**
     * What a run takes besides memory. Filtering, mining and evaluating are not counted.
     *
     * @param parameters weights of the encoder
     * @param tokens at most, of all train stages; null where steps are not known
     * @param hours of the train stages together; null where steps are not known
     * @param checkpointBytes of one checkpoint
     * @param storageBytes of the checkpoints kept at most, the stages' weights and the model; without the texts
     * @param assumption what the hours rest on, for people
     */
    public record Needs(
            long parameters,
            @Nullable Long tokens,
            @Nullable Double hours,
            long checkpointBytes,
            long storageBytes,
            String assumption,
            List<StageNeed> stages) {
        public Needs {
            stages = List.copyOf(stages);
        }
    }

    /** What a train stage takes; steps, tokens and hours are null where they are not known. */
    public record StageNeed(
            String name,
            @Nullable Long steps,
            @Nullable Long tokens,
            double tokensPerSecond,
            @Nullable Double hours) {}

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
            @Nullable String shortage) {}

    /**
     * What a dry run gave.
     *
     * @param tokensPerSecond how fast it is to be taken to train; assumed where it is not given
     */
    public static DryRunView of(DryRun dryRun, Optional<Double> tokensPerSecond) {
        return new DryRunView(
                dryRun.specification(),
                dryRun.stages().stream()
                        .map(stage ->
                                new PlannedStage(stage.stage().label(), stage.key(), stage.reused(), stage.reason()))
                        .toList(),
                dryRun.memory().bytes(),
                memory(dryRun.memory()),
                needs(dryRun.needs(), tokensPerSecond),
                dryRun.missing().stream()
                        .map(fault -> new Problem.FieldError(fault.pointer(), fault.detail()))
                        .toList());
    }

    private static Needs needs(RunNeeds needs, Optional<Double> tokensPerSecond) {
        List<StageNeed> stages = needs.stages().stream()
                .map(stage -> new StageNeed(
                        stage.stage().label(),
                        stage.steps().orElse(null),
                        stage.tokens().orElse(null),
                        stage.tokensPerSecond(tokensPerSecond),
                        stage.hours(tokensPerSecond).orElse(null)))
                .toList();
        boolean known = needs.stages().stream().allMatch(stage -> stage.tokens().isPresent());
        return new Needs(
                needs.parameters(),
                known ? stages.stream().mapToLong(StageNeed::tokens).sum() : null,
                known ? stages.stream().mapToDouble(StageNeed::hours).sum() : null,
                needs.checkpointBytes(),
                needs.storageBytes(),
                tokensPerSecond.isPresent()
                        ? String.format(Locale.ROOT, "%,.0f tokens a second, as was said", tokensPerSecond.get())
                        : String.format(
                                Locale.ROOT,
                                "%.0f GFLOP/s, about what two cores of a processor do; tokensPerSecond says another speed",
                                RunNeeds.ASSUMED_OPERATIONS_PER_SECOND / 1e9),
                stages);
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
