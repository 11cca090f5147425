package dev.firn.activities.stage;

import dev.firn.activities.submission.SourcePatterns;
import dev.firn.registry.run.StageOutput;
import dev.firn.training.batch.PairSource;
import dev.firn.training.batch.PairSourceFiles;
import dev.firn.training.data.PreparedDataset;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.tokenizer.Letters;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.trainer.TrainingLoop;
import dev.firn.workflows.specification.RunSpecification;
import dev.firn.workflows.stage.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** Contrastive training on the filtered pairs, with random negatives from the batch. */
final class PretrainStage implements StageWork {
    static final String PRETRAINED = "pretrained";

    @Override
    public List<StageOutput> perform(StageContext context) throws IOException {
        RunSpecification specification = context.specification();
        Path weights = context.fetch(Stage.INITIALISE, InitialiseStage.INITIALISED);
        Path pretrained = context.newFolder(PRETRAINED);
        try (PreparedDataset dataset = PreparedDataset.open(context.fetch(Stage.PREPARE, PrepareStage.DATASET));
                Tokenizer tokenizer = Tokenizer.open(dataset.tokenizerFolder());
                ComputeContext compute = new ComputeContext(specification.threads())) {
            Predicate<String> wanted =
                    SourcePatterns.matching(specification.pretrain().sources());
            List<PairSource> sources = PairSourceFiles.read(context.fetch(Stage.FILTER, FilterStage.FILTERED)).stream()
                    .filter(source -> wanted.test(source.name()) && source.size() > 1)
                    .toList();
            if (sources.isEmpty()) {
                throw new PermanentFailure("The filter left no source with pairs to train on; raise filter.topRank");
            }
            try (TrainingLoop loop = TrainingLoop.contrastive(
                    weights,
                    dataset.queryTokens(),
                    dataset.documentTokens(),
                    sources,
                    TrainSettings.pretrain(specification, Letters.of(tokenizer)),
                    compute)) {
                new CheckpointedTraining(context, loop, specification.pretrain().checkpoints()).run();
                loop.saveWeights(pretrained);
            }
        }
        return List.of(context.publish(PRETRAINED, InitialiseStage.WEIGHTS, pretrained));
    }
}
