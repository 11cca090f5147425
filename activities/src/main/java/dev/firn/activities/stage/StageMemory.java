package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.tokenizer.SpecialTokens;
import dev.firn.training.trainer.TrainingMemory;
import dev.firn.workflows.specification.RunSpecification;
import dev.firn.workflows.stage.Stage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The memory of a run's train stage that takes the most.
 *
 * <p>Limits: stages that do not train are left out; what they hold follows the data.
 */
public record StageMemory(Stage stage, TrainingMemory memory) {
    // Which tokens are special makes no difference to the memory
    private static final SpecialTokens ANY = new SpecialTokens(0, 1, 2, 3, 4);

    public StageMemory {
        requireNonNull(stage, "stage is null");
        requireNonNull(memory, "memory is null");
    }

    /**
     * The stage that takes the most.
     *
     * @param encoder as it will be trained
     */
    public static StageMemory largest(RunSpecification specification, EncoderConfiguration encoder) {
        int threads = specification.threads();
        List<StageMemory> stages = new ArrayList<>();
        if (specification.initialise().steps() > 0) {
            stages.add(new StageMemory(
                    Stage.INITIALISE,
                    TrainingMemory.maskedLanguage(encoder, TrainSettings.initialise(specification, ANY), threads)));
        }
        // What was filtered has no hard negatives yet
        stages.add(new StageMemory(
                Stage.PRETRAIN,
                TrainingMemory.contrastive(encoder, TrainSettings.pretrain(specification, ANY), 0, threads)));
        stages.add(new StageMemory(
                Stage.FINETUNE,
                TrainingMemory.contrastive(
                        encoder,
                        TrainSettings.finetune(specification, ANY),
                        specification.mine().negatives(),
                        threads)));
        return stages.stream()
                .max(Comparator.comparingLong(stage -> stage.memory().bytes()))
                .orElseThrow();
    }

    /**
     * The shape of an encoder that is trained from random weights.
     *
     * @param vocabularySize number of ids of the tokenizer, or at most so many
     */
    public static EncoderConfiguration encoder(RunSpecification specification, int vocabularySize) {
        return TrainSettings.encoder(specification.encoder(), vocabularySize, ANY.padding());
    }
}
