package dev.firn.training.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.firn.training.batch.TokenTable;
import dev.firn.training.encoder.Encoder;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.encoder.WeightsFolder;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.loss.NegativesMode;
import dev.firn.training.optimizer.AdamWSettings;
import dev.firn.training.optimizer.EmbeddingUpdates;
import dev.firn.training.safetensors.SafetensorsFile;
import dev.firn.training.schedule.Constant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainingLoopTest {
    @TempDir
    private Path folder;

    private ComputeContext context;
    private Path weights;

    @BeforeEach
    void writeWeights() throws IOException {
        context = new ComputeContext(2);
        weights = folder.resolve("start");
        Encoder.initialise(EncoderConfiguration.xlmRoberta(ToyData.VOCABULARY, 16, 2, 2, 32, 16), 3, weights);
    }

    @AfterEach
    void close() {
        context.close();
    }

    private interface Opener {
        TrainingLoop open() throws IOException;
    }

    private TrainingLoop maskedLanguage(int steps) throws IOException {
        return TrainingLoop.maskedLanguage(weights, ToyData.texts(300, 1), ToyData.maskedLanguage(steps), context);
    }

    private TrainingLoop contrastive(NegativesMode mode, int negatives, int steps, int chunkTokens) throws IOException {
        return TrainingLoop.contrastive(
                weights,
                ToyData.side(200, 0, 3, 1),
                ToyData.side(200, 2, 5, 2),
                ToyData.sources(200, negatives),
                ToyData.contrastive(mode, steps, chunkTokens),
                context);
    }

    private static List<Double> losses(TrainingLoop loop) {
        List<Double> losses = new ArrayList<>();
        while (loop.position() < loop.totalSteps()) {
            losses.add(loop.step().loss());
        }
        return losses;
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    @Test
    void wordsThatNeverOccurStayApartWhenTheHeadStartsAtTheFrequencies() throws IOException {
        int vocabulary = ToyData.VOCABULARY + 20;
        EncoderConfiguration configuration = EncoderConfiguration.xlmRoberta(vocabulary, 16, 2, 2, 32, 16);
        TokenTable texts = ToyData.texts(300, 1);
        Encoder.initialise(configuration, 3, weights);
        double without = similarityOfUnseenWords(texts, vocabulary);
        long[] frequencies = texts.frequencies(vocabulary);
        Arrays.fill(frequencies, 0, 5, 0);
        Encoder.initialise(configuration, 3, frequencies, weights);
        double with = similarityOfUnseenWords(texts, vocabulary);

        assertThat(without).isGreaterThan(0.7);
        assertThat(with).isBetween(-0.1, 0.1);
    }

    /** Mean cosine of the embeddings of words that no text holds, after some masked language modelling. */
    private double similarityOfUnseenWords(TokenTable texts, int vocabulary) throws IOException {
        Path trained = folder.resolve("trained");
        try (TrainingLoop loop = TrainingLoop.maskedLanguage(weights, texts, ToyData.maskedLanguage(60), context)) {
            losses(loop);
            loop.saveWeights(trained);
        }
        ParameterLayout layout = new ParameterLayout(WeightsFolder.readConfiguration(trained), true);
        int hidden = layout.configuration().hidden();
        try (Tensor values = WeightsFolder.read(trained, layout)) {
            long table = layout.parameter("embeddings.word_embeddings.weight").offset();
            double sum = 0;
            int pairs = 0;
            for (int first = ToyData.VOCABULARY; first < vocabulary; first++) {
                for (int second = first + 1; second < vocabulary; second++) {
                    double product = 0;
                    double squares = 0;
                    double otherSquares = 0;
                    for (int i = 0; i < hidden; i++) {
                        double one = values.get(table + (long) first * hidden + i);
                        double other = values.get(table + (long) second * hidden + i);
                        product += one * other;
                        squares += one * one;
                        otherSquares += other * other;
                    }
                    sum += product / Math.sqrt(squares * otherSquares);
                    pairs++;
                }
            }
            return sum / pairs;
        }
    }

    @Test
    void learnsToFillMasks() throws IOException {
        try (TrainingLoop loop = maskedLanguage(150)) {
            List<Double> losses = losses(loop);
            assertThat(losses.get(0)).isBetween(4.4, 4.9);
            // Without its context a word costs log(100), 4.6
            assertThat(mean(losses.subList(140, 150))).isLessThan(4.0);
        }
    }

    @Test
    void learnsWhichDocumentsBelongToQueriesFromInBatchNegatives() throws IOException {
        try (TrainingLoop loop = contrastive(NegativesMode.IN_BATCH, 0, 150, 1 << 14)) {
            List<Double> losses = losses(loop);
            assertThat(mean(losses.subList(0, 5))).isGreaterThan(2.0);
            assertThat(mean(losses.subList(140, 150))).isLessThan(0.9);
        }
    }

    @Test
    void learnsFromHardNegativesOnly() throws IOException {
        try (TrainingLoop loop = contrastive(NegativesMode.HARD_ONLY, 3, 100, 1 << 14)) {
            List<Double> losses = losses(loop);
            assertThat(mean(losses.subList(0, 5))).isGreaterThan(1.0);
            assertThat(mean(losses.subList(90, 100))).isLessThan(0.3);
        }
    }

    @Test
    void chunksGiveTheGradientOfTheWholeBatch() throws IOException {
        try (TrainingLoop whole = contrastive(NegativesMode.IN_BATCH, 0, 1, 1 << 14);
                TrainingLoop chunked = contrastive(NegativesMode.IN_BATCH, 0, 1, 20)) {
            StepReport one = whole.step();
            StepReport other = chunked.step();
            assertThat(other.loss()).isCloseTo(one.loss(), within(1e-6));
            assertThat(other.gradientNorm()).isCloseTo(one.gradientNorm(), withinPercentage(0.1));
        }
    }

    @Test
    void maskedLanguageTrainingContinuesInTheSameBitsAfterARestore() throws IOException {
        assertContinuesInTheSameBits(() -> maskedLanguage(24));
    }

    @Test
    void contrastiveTrainingContinuesInTheSameBitsAfterARestore() throws IOException {
        assertContinuesInTheSameBits(() -> contrastive(NegativesMode.IN_BATCH, 0, 24, 64));
        assertContinuesInTheSameBits(() -> contrastive(NegativesMode.HARD_ONLY, 3, 24, 64));
    }

    private void assertContinuesInTheSameBits(Opener opener) throws IOException {
        Path straight = Files.createTempDirectory(folder, "straight");
        Path resumed = Files.createTempDirectory(folder, "resumed");
        Path middle = Files.createTempDirectory(folder, "middle");
        List<Double> expected;
        try (TrainingLoop loop = opener.open()) {
            for (int i = 0; i < 7; i++) {
                loop.step();
            }
            loop.scaleLearningRate(0.5);
            loop.extend(3);
            expected = losses(loop);
            finish(loop, straight);
        }
        try (TrainingLoop loop = opener.open()) {
            for (int i = 0; i < 7; i++) {
                loop.step();
            }
            loop.scaleLearningRate(0.5);
            loop.extend(3);
            loop.step();
            loop.step();
            try (Snapshot snapshot = loop.snapshot()) {
                // What the training does afterwards must not show in the snapshot
                loop.step();
                snapshot.write(middle);
                assertThat(snapshot.position()).isEqualTo(9);
            }
        }
        try (TrainingLoop loop = opener.open()) {
            loop.step();
            loop.restore(middle);
            assertThat(loop.position()).isEqualTo(9);
            assertThat(loop.totalSteps()).isEqualTo(27);
            assertThat(loop.appliedUpdates())
                    .containsExactly(new AppliedUpdate.LearningRateScaled(7, 0.5), new AppliedUpdate.Extended(7, 3));
            assertThat(losses(loop)).isEqualTo(expected.subList(2, 20));
            finish(loop, resumed);
        }
        for (String name : List.of("model.safetensors", "moments.safetensors", "training.json", "config.json")) {
            assertThat(resumed.resolve(name)).hasSameBinaryContentAs(straight.resolve(name));
        }
    }

    private static void finish(TrainingLoop loop, Path target) throws IOException {
        try (Snapshot snapshot = loop.snapshot()) {
            snapshot.write(target);
        }
    }

    @Test
    void activationCheckpointingChangesNoBit() throws IOException {
        MaskedLanguageSettings masked = ToyData.maskedLanguage(4);
        assertSameBits(
                () -> maskedLanguage(4),
                () -> TrainingLoop.maskedLanguage(
                        weights,
                        ToyData.texts(300, 1),
                        new MaskedLanguageSettings(
                                masked.maskedShare(),
                                masked.maskToken(),
                                masked.specialTokens(),
                                masked.batching(),
                                masked.maximumTokens(),
                                masked.chunkTokens(),
                                true,
                                masked.length(),
                                masked.optimization()),
                        context));
        ContrastiveSettings contrastive = ToyData.contrastive(NegativesMode.IN_BATCH, 4, 64);
        assertSameBits(
                () -> contrastive(contrastive),
                () -> contrastive(new ContrastiveSettings(
                        contrastive.temperature(),
                        contrastive.negatives(),
                        contrastive.slices(),
                        contrastive.pooling(),
                        contrastive.queryTokens(),
                        contrastive.documentTokens(),
                        contrastive.batchSize(),
                        contrastive.samplingExponent(),
                        contrastive.substitutedShare(),
                        contrastive.letters(),
                        contrastive.chunkTokens(),
                        true,
                        contrastive.length(),
                        contrastive.optimization())));
    }

    private void assertSameBits(Opener one, Opener other) throws IOException {
        Path first = Files.createTempDirectory(folder, "one");
        Path second = Files.createTempDirectory(folder, "other");
        try (TrainingLoop loop = one.open()) {
            losses(loop);
            finish(loop, first);
        }
        try (TrainingLoop loop = other.open()) {
            losses(loop);
            finish(loop, second);
        }
        for (String name : List.of("model.safetensors", "moments.safetensors")) {
            assertThat(second.resolve(name)).hasSameBinaryContentAs(first.resolve(name));
        }
    }

    private TrainingLoop contrastive(ContrastiveSettings settings) throws IOException {
        return TrainingLoop.contrastive(
                weights,
                ToyData.side(200, 0, 3, 1),
                ToyData.side(200, 2, 5, 2),
                ToyData.sources(200, 0),
                settings,
                context);
    }

    @Test
    void trainingWithLazyEmbeddingsContinuesInTheSameBitsAndMovesOnlyWordsOfTheBatches() throws IOException {
        ContrastiveSettings dense = ToyData.contrastive(NegativesMode.IN_BATCH, 24, 64);
        OptimizationSettings optimization = dense.optimization();
        ContrastiveSettings lazy = new ContrastiveSettings(
                dense.temperature(),
                dense.negatives(),
                dense.slices(),
                dense.pooling(),
                dense.queryTokens(),
                dense.documentTokens(),
                dense.batchSize(),
                dense.samplingExponent(),
                dense.substitutedShare(),
                dense.letters(),
                dense.chunkTokens(),
                dense.length(),
                new OptimizationSettings(
                        new AdamWSettings(0.9, 0.999, 1e-8, 0.01, EmbeddingUpdates.LAZY),
                        optimization.schedule(),
                        optimization.clipNorm(),
                        optimization.seed()));
        assertContinuesInTheSameBits(() -> contrastive(lazy));
        Path after = folder.resolve("after");
        try (TrainingLoop loop = contrastive(lazy)) {
            losses(loop);
            loop.saveWeights(after);
        }
        // No toy text has the mask token
        assertThat(wordRow(after, 4)).containsExactly(wordRow(weights, 4));
        assertThat(wordRow(after, 0)).isNotEqualTo(wordRow(weights, 0));
    }

    private static float[] wordRow(Path folder, int row) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("model.safetensors"));
                Tensor table = Tensor.zeros(ToyData.VOCABULARY, 16)) {
            String name = "embeddings.word_embeddings.weight";
            file.read(file.contains(name) ? name : "roberta." + name, table.segment());
            return Arrays.copyOfRange(table.toArray(), row * 16, (row + 1) * 16);
        }
    }

    @Test
    void theSameSeedGivesTheSameBitsAndAnotherSeedOthers() throws IOException {
        List<Double> first;
        List<Double> second;
        try (TrainingLoop loop = maskedLanguage(5)) {
            first = losses(loop);
        }
        try (TrainingLoop loop = maskedLanguage(5)) {
            second = losses(loop);
        }
        assertThat(second).isEqualTo(first);
        MaskedLanguageSettings settings = ToyData.maskedLanguage(5);
        MaskedLanguageSettings otherSeed = new MaskedLanguageSettings(
                settings.maskedShare(),
                settings.maskToken(),
                settings.specialTokens(),
                settings.batching(),
                settings.maximumTokens(),
                settings.chunkTokens(),
                settings.length(),
                ToyData.optimization(3e-3, 99));
        try (TrainingLoop loop = TrainingLoop.maskedLanguage(weights, ToyData.texts(300, 1), otherSeed, context)) {
            assertThat(losses(loop)).isNotEqualTo(first);
        }
    }

    @Test
    void stopsBeforeTheUpdateWhenTheLossIsNotFinite() throws IOException {
        MaskedLanguageSettings settings = ToyData.maskedLanguage(50);
        MaskedLanguageSettings steep = new MaskedLanguageSettings(
                settings.maskedShare(),
                settings.maskToken(),
                settings.specialTokens(),
                settings.batching(),
                settings.maximumTokens(),
                settings.chunkTokens(),
                settings.length(),
                new OptimizationSettings(
                        settings.optimization().adamW(), new Constant(1e30), Double.POSITIVE_INFINITY, 1));
        try (TrainingLoop loop = TrainingLoop.maskedLanguage(weights, ToyData.texts(300, 1), steep, context)) {
            loop.step();
            assertThatThrownBy(() -> losses(loop))
                    .isInstanceOfSatisfying(NonFiniteLossException.class, e -> {
                        assertThat(e.step()).isEqualTo(loop.position());
                        assertThat(e.learningRate()).isEqualTo(1e30);
                    })
                    .hasMessageContaining("largest gradient");
        }
    }

    @Test
    void aLearningRateScaleTakesThePlaceOfTheOneBefore() throws IOException {
        List<Double> schedule = new ArrayList<>();
        try (TrainingLoop loop = maskedLanguage(4)) {
            while (loop.position() < loop.totalSteps()) {
                schedule.add(loop.step().learningRate());
            }
        }
        try (TrainingLoop loop = maskedLanguage(4)) {
            assertThat(loop.step().learningRate()).isEqualTo(schedule.get(0));
            loop.scaleLearningRate(0.5);
            assertThat(loop.step().learningRate()).isEqualTo(schedule.get(1) * 0.5);
            loop.scaleLearningRate(0.25);
            assertThat(loop.step().learningRate()).isEqualTo(schedule.get(2) * 0.25);
            loop.scaleLearningRate(1);
            assertThat(loop.step().learningRate()).isEqualTo(schedule.get(3));
            assertThatThrownBy(() -> loop.scaleLearningRate(0)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aBranchHasTheWeightsOfTheOtherAndItsOwnLengthAndUpdates() throws IOException {
        Path middle = Files.createTempDirectory(folder, "middle");
        List<Double> expected;
        try (TrainingLoop loop = maskedLanguage(6)) {
            loop.step();
            loop.step();
            expected = losses(loop);
        }
        try (TrainingLoop steered = maskedLanguage(6)) {
            steered.step();
            steered.step();
            steered.extend(3);
            steered.scaleLearningRate(0.5);
            try (Snapshot snapshot = steered.snapshot()) {
                snapshot.write(middle);
            }
        }
        try (TrainingLoop branch = maskedLanguage(6)) {
            branch.branchFrom(middle);
            assertThat(branch.position()).isEqualTo(2);
            assertThat(branch.totalSteps()).isEqualTo(6);
            assertThat(branch.appliedUpdates()).isEmpty();
            assertThat(losses(branch)).isEqualTo(expected);
        }
        try (TrainingLoop shorter = maskedLanguage(1)) {
            assertThatThrownBy(() -> shorter.branchFrom(middle))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("step 2");
        }
    }

    @Test
    void refusesToRunPastTheEnd() throws IOException {
        try (TrainingLoop loop = maskedLanguage(1)) {
            loop.step();
            assertThatThrownBy(loop::step).isInstanceOf(IllegalStateException.class);
            loop.extend(1);
            assertThat(loop.step().step()).isEqualTo(1);
        }
    }

    @Test
    void savedWeightsOfAContrastiveTrainingLoadForInference() throws IOException {
        Path saved = folder.resolve("saved");
        try (TrainingLoop loop = contrastive(NegativesMode.IN_BATCH, 0, 3, 64)) {
            losses(loop);
            loop.saveWeights(saved);
        }
        try (Encoder encoder = Encoder.load(saved, Pooling.CLS, context)) {
            float[] vectors = new float[2 * 16];
            encoder.embed(new int[][] {{0, 7, 8, 2}, {0, 9, 2}}, vectors);
            double square = 0;
            for (int i = 0; i < 16; i++) {
                square += vectors[i] * vectors[i];
            }
            assertThat(square).isCloseTo(1, within(1e-5));
        }
    }
}
