package dev.firn.training.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.firn.training.JavaProcess;
import dev.firn.training.batch.TextBatching;
import dev.firn.training.encoder.Encoder;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.kernels.AvailableMemory;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.loss.MatryoshkaSlice;
import dev.firn.training.loss.NegativesMode;
import dev.firn.training.tokenizer.Letters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TrainingMemoryTest {
    private static final Pattern PEAK = Pattern.compile("peak (\\d+)");

    @TempDir
    private Path folder;

    @Test
    @EnabledOnOs(OS.LINUX)
    void theEstimateIsThePeakOfAProcessWithinAFifth() throws IOException, InterruptedException {
        Path weights = folder.resolve("weights");
        Encoder.initialise(MeasuredTraining.CONFIGURATION, 1, weights);
        for (MeasuredTraining training : MeasuredTraining.values()) {
            long expected = training.expected().bytes();
            long peak = peak(training, weights);
            assertThat(expected).as(training.name()).isCloseTo(peak, withinPercentage(20));
        }
    }

    private long peak(MeasuredTraining training, Path weights) throws IOException, InterruptedException {
        // The heap has a bound of its own, and the Vector API fills it until it is compiled: little tells what is taken
        // beside
        List<String> options =
                List.of("-Xmx128m", "-Xmn16m", "-XX:+UseSerialGC", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=4g");
        String output = String.join(
                "\n",
                JavaProcess.run(
                        options,
                        MeasuredTraining.class,
                        training.name(),
                        weights.toString(),
                        folder.resolve(training.name()).toString()));
        Matcher peak = PEAK.matcher(output);
        assertThat(peak.find()).as(output).isTrue();
        return Long.parseLong(peak.group(1));
    }

    @ParameterizedTest
    @CsvSource({"CLS, false, 64", "CLS, true, 64", "MEAN, false, 64", "MEAN, true, 1000000"})
    void aContrastiveTrainingTakesWhatWasCountedAndNothingMoreWhileItRuns(
            Pooling pooling, boolean checkpointing, int chunkTokens) throws IOException {
        for (EncoderConfiguration configuration : List.of(
                EncoderConfiguration.xlmRoberta(ToyData.VOCABULARY, 16, 3, 2, 32, 16),
                EncoderConfiguration.gte(ToyData.VOCABULARY, 16, 1, 2, 32, 16))) {
            Path weights = folder.resolve(configuration.family().modelType());
            Encoder.initialise(configuration, 3, weights);
            for (NegativesMode mode : NegativesMode.values()) {
                int negatives = mode == NegativesMode.HARD_ONLY ? 3 : 0;
                ContrastiveSettings settings = contrastive(mode, pooling, chunkTokens, 16, checkpointing);
                try (ComputeContext context = new ComputeContext(2);
                        TrainingLoop loop = TrainingLoop.contrastive(
                                weights,
                                ToyData.side(200, 0, 3, 1),
                                ToyData.side(200, 2, 5, 2),
                                ToyData.sources(200, negatives),
                                settings,
                                context)) {
                    run(loop);
                    assertThat(context.memory().taken())
                            .isEqualTo(TrainingMemory.contrastive(configuration, settings, negatives, 2)
                                    .bytes());
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"false, 100", "true, 100", "false, 1000000"})
    void maskedLanguageModellingTakesWhatWasCountedAndNothingMoreWhileItRuns(boolean checkpointing, int chunkTokens)
            throws IOException {
        for (EncoderConfiguration configuration : List.of(
                EncoderConfiguration.bert(ToyData.VOCABULARY, 16, 3, 2, 32, 16),
                EncoderConfiguration.gte(ToyData.VOCABULARY, 16, 1, 2, 32, 16))) {
            Path weights = folder.resolve(configuration.family().modelType());
            Encoder.initialise(configuration, 3, weights);
            for (TextBatching batching :
                    List.of(new TextBatching.TextsPerBatch(20), new TextBatching.TokensPerBatch(256))) {
                MaskedLanguageSettings settings = new MaskedLanguageSettings(
                        0.15,
                        4,
                        List.of(0, 1, 2, 3, 4),
                        batching,
                        16,
                        chunkTokens,
                        checkpointing,
                        new TrainingLength.Steps(4),
                        ToyData.optimization(1e-3, 1));
                try (ComputeContext context = new ComputeContext(2);
                        TrainingLoop loop =
                                TrainingLoop.maskedLanguage(weights, ToyData.texts(300, 1), settings, context)) {
                    run(loop);
                    assertThat(context.memory().taken())
                            .isEqualTo(TrainingMemory.maskedLanguage(configuration, settings, 2)
                                    .bytes());
                }
            }
        }
    }

    /** Steps, and one snapshot after the other. */
    private void run(TrainingLoop loop) throws IOException {
        while (loop.position() < loop.totalSteps()) {
            loop.step();
            try (Snapshot snapshot = loop.snapshot()) {
                snapshot.write(folder.resolve("snapshot"));
            }
        }
    }

    private static ContrastiveSettings contrastive(
            NegativesMode mode, Pooling pooling, int chunkTokens, int batchSize, boolean checkpointing) {
        return new ContrastiveSettings(
                0.05,
                mode,
                List.of(new MatryoshkaSlice(16, 0.5), new MatryoshkaSlice(8, 0.5)),
                pooling,
                8,
                16,
                batchSize,
                1,
                0,
                Letters.none(),
                chunkTokens,
                checkpointing,
                new TrainingLength.Steps(4),
                ToyData.optimization(2e-3, 12));
    }

    @Test
    void aTrainingThatDoesNotFitIsRefusedBeforeItBeginsAndSaysWhatToChange() throws IOException {
        Path weights = folder.resolve("weights");
        Encoder.initialise(EncoderConfiguration.xlmRoberta(ToyData.VOCABULARY, 16, 2, 2, 32, 16), 3, weights);
        // More than any machine has
        ContrastiveSettings settings =
                contrastive(NegativesMode.IN_BATCH, Pooling.CLS, Integer.MAX_VALUE, 1 << 27, false);
        try (ComputeContext context = new ComputeContext(2)) {
            assertThatThrownBy(() -> TrainingLoop.contrastive(
                            weights,
                            ToyData.side(200, 0, 3, 1),
                            ToyData.side(200, 2, 5, 2),
                            ToyData.sources(200, 0),
                            settings,
                            context))
                    .isInstanceOfSatisfying(MemoryShortageException.class, e -> {
                        assertThat(e.neededBytes()).isGreaterThan(1L << 40);
                        assertThat(e.availableBytes()).isBetween(1L, 1L << 40);
                    })
                    .hasMessageMatching("The training takes [0-9,.]+ GB of memory .* has .* left\\. .*")
                    .hasMessageContaining("set chunkTokens below 2147483647, turn activationCheckpointing on,"
                            + " set batchSize below 134217728, use fewer threads than 2");
            assertThat(context.memory().taken()).isZero();
        }
    }

    @Test
    void theMessageNamesEachPartAndWhatThereIs() {
        TrainingMemory memory = new TrainingMemory(
                3_000_000_000L, 8_500_000_000L, 12_000_000, List.of("set chunkTokens below 16384", "use less"));
        assertThat(memory.shortageMessage(new AvailableMemory(4_000_000_000L, "this machine")))
                .isEqualTo("The training takes 11.5 GB of memory (3.0 GB for weights, gradients, moments and their copy"
                        + " for a checkpoint, 8.5 GB for the activations of a chunk, 12 MB for the batch), and this"
                        + " machine has 4.0 GB left. To make it less, set chunkTokens below 16384 or use less; or use a"
                        + " machine with more memory");
    }

    @Test
    void checkpointingAndSmallerChunksTakeLessAndTheBatchDecidesWithoutChunks() {
        EncoderConfiguration configuration = EncoderConfiguration.xlmRoberta(1000, 64, 6, 4, 256, 64);
        long whole = memory(configuration, 1_000_000, 256, false).activationBytes();
        assertThat(memory(configuration, 1_000_000, 256, true).activationBytes())
                .isLessThan(whole * 7 / 10);
        assertThat(memory(configuration, 1_000_000, 512, false).activationBytes())
                .isGreaterThan(whole * 15 / 10);
        assertThat(memory(configuration, 768, 256, false).activationBytes()).isLessThan(whole / 2);
        assertThat(memory(configuration, 768, 512, false).activationBytes())
                .isEqualTo(memory(configuration, 768, 256, false).activationBytes());
    }

    private static TrainingMemory memory(
            EncoderConfiguration configuration, int chunkTokens, int batchSize, boolean checkpointing) {
        return TrainingMemory.contrastive(
                configuration,
                contrastive(NegativesMode.IN_BATCH, Pooling.MEAN, chunkTokens, batchSize, checkpointing),
                0,
                2);
    }
}
