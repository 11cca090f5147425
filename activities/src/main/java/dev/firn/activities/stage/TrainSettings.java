package dev.firn.activities.stage;

import dev.firn.training.batch.TextBatching;
import dev.firn.training.batch.TokenTable;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.EncoderFamily;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.loss.MatryoshkaSlice;
import dev.firn.training.loss.NegativesMode;
import dev.firn.training.optimizer.AdamWSettings;
import dev.firn.training.optimizer.EmbeddingUpdates;
import dev.firn.training.schedule.Constant;
import dev.firn.training.schedule.LinearDecay;
import dev.firn.training.schedule.Schedule;
import dev.firn.training.schedule.WarmupStableDecay;
import dev.firn.training.tokenizer.Letters;
import dev.firn.training.tokenizer.SpecialTokens;
import dev.firn.training.tokenizer.Tokenizer;
import dev.firn.training.trainer.ContrastiveSettings;
import dev.firn.training.trainer.MaskedLanguageSettings;
import dev.firn.training.trainer.OptimizationSettings;
import dev.firn.training.trainer.TrainingLength;
import dev.firn.workflows.specification.ContrastiveSpecification;
import dev.firn.workflows.specification.EncoderSpecification;
import dev.firn.workflows.specification.InitialiseSpecification;
import dev.firn.workflows.specification.MatryoshkaSpecification;
import dev.firn.workflows.specification.OptimizerSpecification;
import dev.firn.workflows.specification.RunSpecification;
import dev.firn.workflows.specification.ScheduleSpecification;
import java.util.ArrayList;
import java.util.List;

/** The train stages of a specification, in the training library's terms. */
final class TrainSettings {
    private TrainSettings() {}

    static EncoderConfiguration encoder(EncoderSpecification encoder, Tokenizer tokenizer) {
        return encoder(
                encoder, tokenizer.vocabularySize(), tokenizer.specialTokens().padding());
    }

    static EncoderConfiguration encoder(EncoderSpecification encoder, int vocabularySize, int padding) {
        EncoderFamily family = EncoderFamily.of(encoder.family());
        EncoderConfiguration likeItsFamily = switch (family) {
            case BERT -> EncoderConfiguration.bert(vocabularySize, 2, 1, 1, 1, encoder.maximumTokens());
            case XLM_ROBERTA -> EncoderConfiguration.xlmRoberta(vocabularySize, 2, 1, 1, 1, encoder.maximumTokens());
            case GTE -> EncoderConfiguration.gte(vocabularySize, 2, 1, 1, 1, encoder.maximumTokens());
        };
        return new EncoderConfiguration(
                family,
                vocabularySize,
                encoder.hiddenSize(),
                encoder.layers(),
                encoder.attentionHeads(),
                encoder.intermediateSize(),
                family == EncoderFamily.XLM_ROBERTA ? encoder.maximumTokens() + padding + 1 : encoder.maximumTokens(),
                likeItsFamily.tokenTypes(),
                padding,
                encoder.layerNormEpsilon(),
                encoder.initializerRange(),
                likeItsFamily.positionEncoding());
    }

    /** How often masked language modelling is to predict each token: as often as it stands in the texts, special tokens never. */
    static long[] predictedFrequencies(TokenTable texts, Tokenizer tokenizer) {
        long[] frequencies = texts.frequencies(tokenizer.vocabularySize());
        for (int special : tokenizer.specialTokens().all()) {
            frequencies[special] = 0;
        }
        return frequencies;
    }

    static MaskedLanguageSettings initialise(RunSpecification specification, SpecialTokens special) {
        InitialiseSpecification stage = specification.initialise();
        return new MaskedLanguageSettings(
                stage.maskProbability(),
                special.mask(),
                special.all(),
                new TextBatching.TextsPerBatch(stage.batchSize()),
                stage.maximumTokens(),
                stage.chunkTokens(),
                stage.activationCheckpointing(),
                new TrainingLength.Steps(stage.steps()),
                optimization(stage.optimizer(), stage.schedule(), stage.learningRate(), specification.seed()));
    }

    static ContrastiveSettings pretrain(RunSpecification specification, Letters letters) {
        return contrastive(specification, specification.pretrain(), letters, NegativesMode.IN_BATCH);
    }

    static ContrastiveSettings finetune(RunSpecification specification, Letters letters) {
        return contrastive(specification, specification.finetune(), letters, NegativesMode.HARD_ONLY);
    }

    private static ContrastiveSettings contrastive(
            RunSpecification specification, ContrastiveSpecification stage, Letters letters, NegativesMode negatives) {
        TrainingLength length = stage.steps() != null
                ? new TrainingLength.Steps(stage.steps())
                : new TrainingLength.Epochs(stage.epochs());
        return new ContrastiveSettings(
                stage.temperature(),
                negatives,
                slices(stage.matryoshka(), specification.encoder().hiddenSize()),
                Pooling.of(specification.encoding().pooling()),
                stage.queryTokens(),
                stage.documentTokens(),
                stage.batchSize(),
                stage.samplingExponent(),
                stage.substitutedShare(),
                letters,
                stage.chunkTokens(),
                stage.activationCheckpointing(),
                length,
                optimization(stage.optimizer(), stage.schedule(), stage.learningRate(), specification.seed()));
    }

    /** The truncated slices share their weight evenly; the full width has what is left. */
    private static List<MatryoshkaSlice> slices(MatryoshkaSpecification matryoshka, int hiddenSize) {
        List<Integer> truncated = matryoshka.dimensions().stream()
                .filter(dimension -> dimension < hiddenSize && matryoshka.weight() > 0)
                .toList();
        double fullWeight = truncated.isEmpty() ? 1 : 1 - matryoshka.weight();
        List<MatryoshkaSlice> slices = new ArrayList<>();
        if (fullWeight > 0) {
            slices.add(new MatryoshkaSlice(hiddenSize, fullWeight));
        }
        truncated.forEach(
                dimension -> slices.add(new MatryoshkaSlice(dimension, matryoshka.weight() / truncated.size())));
        return slices;
    }

    private static OptimizationSettings optimization(
            OptimizerSpecification optimizer, ScheduleSpecification schedule, double learningRate, long seed) {
        return new OptimizationSettings(
                new AdamWSettings(
                        optimizer.beta1(),
                        optimizer.beta2(),
                        optimizer.epsilon(),
                        optimizer.weightDecay(),
                        EmbeddingUpdates.of(optimizer.embeddings())),
                schedule(schedule, learningRate),
                optimizer.gradientClip(),
                seed);
    }

    private static Schedule schedule(ScheduleSpecification schedule, double learningRate) {
        return switch (schedule) {
            case ScheduleSpecification.WarmupStableDecay(long warmupSteps, long decaySteps) ->
                new WarmupStableDecay(learningRate, warmupSteps, decaySteps, 0);
            case ScheduleSpecification.LinearDecay(long warmupSteps) -> new LinearDecay(learningRate, warmupSteps);
            case ScheduleSpecification.Constant() -> new Constant(learningRate);
        };
    }
}
