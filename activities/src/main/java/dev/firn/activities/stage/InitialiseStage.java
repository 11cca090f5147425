package dev.firn.activities.stage;

import dev.firn.registry.run.StageOutput;
import dev.firn.training.data.PreparedDataset;
import dev.firn.training.encoder.Encoder;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.trainer.TrainingLoop;
import dev.firn.workflows.specification.RunSpecification;
import dev.firn.workflows.stage.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Masked language modelling from random weights; also gives the random weights, to compare with. */
final class InitialiseStage implements StageWork {
    static final String UNTRAINED = "untrained";
    static final String INITIALISED = "initialised";
    static final String WEIGHTS = "weights";

    @Override
    public List<StageOutput> perform(StageContext context) throws IOException {
        RunSpecification specification = context.specification();
        Path untrained = context.newFolder(UNTRAINED);
        Path initialised = context.newFolder(INITIALISED);
        try (PreparedDataset dataset = PreparedDataset.open(context.fetch(Stage.PREPARE, PrepareStage.DATASET));
                Tokenizer tokenizer = Tokenizer.open(dataset.tokenizerFolder());
                ComputeContext compute = new ComputeContext(specification.threads())) {
            Encoder.initialise(
                    TrainSettings.encoder(specification.encoder(), tokenizer),
                    specification.seed(),
                    TrainSettings.predictedFrequencies(dataset.corpusTokens(), tokenizer),
                    untrained);
            try (TrainingLoop loop = TrainingLoop.maskedLanguage(
                    untrained, dataset.corpusTokens(), TrainSettings.initialise(specification, tokenizer), compute)) {
                new CheckpointedTraining(
                                context,
                                loop,
                                specification.initialise().checkpoints().everySteps())
                        .run();
                loop.saveWeights(initialised);
            }
        }
        return List.of(
                context.publish(UNTRAINED, WEIGHTS, untrained), context.publish(INITIALISED, WEIGHTS, initialised));
    }
}
