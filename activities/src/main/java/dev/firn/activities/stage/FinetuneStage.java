package dev.firn.activities.stage;

import dev.firn.registry.run.StageOutput;
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

/** Contrastive training on the mined sets, with their hard negatives only. */
final class FinetuneStage implements StageWork {
    static final String FINETUNED = "finetuned";

    @Override
    public List<StageOutput> perform(StageContext context) throws IOException {
        RunSpecification specification = context.specification();
        Path weights = context.fetch(Stage.PRETRAIN, PretrainStage.PRETRAINED);
        Path finetuned = context.newFolder(FINETUNED);
        try (PreparedDataset dataset = PreparedDataset.open(context.fetch(Stage.PREPARE, PrepareStage.DATASET));
                Tokenizer tokenizer = Tokenizer.open(dataset.tokenizerFolder());
                ComputeContext compute = new ComputeContext(specification.threads());
                TrainingLoop loop = TrainingLoop.contrastive(
                        weights,
                        dataset.queryTokens(),
                        dataset.documentTokens(),
                        PairSourceFiles.read(context.fetch(Stage.MINE, MineStage.NEGATIVES)),
                        TrainSettings.finetune(specification, Letters.of(tokenizer)),
                        compute)) {
            new CheckpointedTraining(context, loop, specification.finetune().checkpoints()).run();
            loop.saveWeights(finetuned);
        }
        return List.of(context.publish(FINETUNED, InitialiseStage.WEIGHTS, finetuned));
    }
}
