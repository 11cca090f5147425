package dev.firn.bench;

import dev.firn.training.batch.PairSource;
import dev.firn.training.batch.TextBatching;
import dev.firn.training.batch.TokenTable;
import dev.firn.training.encoder.Encoder;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.loss.MatryoshkaSlice;
import dev.firn.training.loss.NegativesMode;
import dev.firn.training.optimizer.AdamWSettings;
import dev.firn.training.schedule.Constant;
import dev.firn.training.trainer.ContrastiveSettings;
import dev.firn.training.trainer.MaskedLanguageSettings;
import dev.firn.training.trainer.OptimizationSettings;
import dev.firn.training.trainer.StepReport;
import dev.firn.training.trainer.TrainingLength;
import dev.firn.training.trainer.TrainingLoop;
import java.io.IOException;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Speed of training and encoding with a model of the quickstart's size, on made-up texts with lengths like real ones.
 *
 * <p>GFLOP/s are those of a dense model: 6 floating point operations for each weight of the layers and token (2 for encoding), plus
 * the output matrix at masked tokens; work that is saved (the last layer at tokens nobody asks for) counts as done.
 */
public final class EncoderBench {
    private static final int VOCABULARY = 8000;
    private static final int HIDDEN = 192;
    private static final int INTERMEDIATE = 768;
    private static final int LAYERS = 3;
    private static final int ROWS = 20_000;

    private EncoderBench() {}

    /** Arguments: threads (2), heads (3), steps (40). */
    public static void main(String[] arguments) throws IOException {
        int threads = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 2;
        int heads = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        int steps = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 40;
        Path weights = Files.createTempDirectory("firn-bench");
        Encoder.initialise(
                EncoderConfiguration.xlmRoberta(VOCABULARY, HIDDEN, LAYERS, heads, INTERMEDIATE, 64), 1, weights);
        TokenTable texts = texts();
        OptimizationSettings optimization =
                new OptimizationSettings(AdamWSettings.defaults(), new Constant(1e-4), 1.0, 7);
        try (ComputeContext context = new ComputeContext(threads)) {
            MaskedLanguageSettings masked = new MaskedLanguageSettings(
                    0.15,
                    4,
                    List.of(0, 1, 2, 3, 4),
                    new TextBatching.TokensPerBatch(4096),
                    64,
                    8192,
                    new TrainingLength.Steps(steps),
                    optimization);
            try (TrainingLoop loop = TrainingLoop.maskedLanguage(weights, texts, masked, context)) {
                run("masked language, 4096 tokens", loop, 0.15);
            }
            contrastive(
                    "contrastive in-batch, 256 pairs",
                    NegativesMode.IN_BATCH,
                    0,
                    weights,
                    texts,
                    steps,
                    optimization,
                    context);
            contrastive(
                    "contrastive 7 hard negatives, 64 pairs",
                    NegativesMode.HARD_ONLY,
                    7,
                    weights,
                    texts,
                    steps,
                    optimization,
                    context);
            encode(weights, texts, context);
        }
    }

    private static TokenTable texts() {
        Random random = new Random(3);
        int[][] rows = new int[ROWS][];
        for (int i = 0; i < ROWS; i++) {
            int length = (int) Math.min(64, Math.max(3, Math.exp(2.75 + 0.75 * random.nextGaussian())));
            rows[i] = random.ints(length, 5, VOCABULARY).toArray();
            rows[i][0] = 0;
            rows[i][length - 1] = 2;
        }
        return TokenTable.of(rows);
    }

    private static void contrastive(
            String name,
            NegativesMode mode,
            int negatives,
            Path weights,
            TokenTable texts,
            int steps,
            OptimizationSettings optimization,
            ComputeContext context)
            throws IOException {
        Random random = new Random(5);
        int[] pairs = random.ints(ROWS, 0, ROWS).toArray();
        PairSource source = negatives == 0
                ? new PairSource("source", "en", IntBuffer.wrap(pairs))
                : new PairSource(
                        "source",
                        "en",
                        IntBuffer.wrap(pairs),
                        IntBuffer.wrap(random.ints((long) ROWS / 2 * negatives, 0, ROWS)
                                .toArray()),
                        negatives);
        ContrastiveSettings settings = new ContrastiveSettings(
                0.02,
                mode,
                List.of(new MatryoshkaSlice(HIDDEN, 0.5), new MatryoshkaSlice(64, 0.5)),
                Pooling.CLS,
                64,
                64,
                negatives == 0 ? 256 : 64,
                1,
                0,
                16384,
                new TrainingLength.Steps(steps),
                optimization);
        try (TrainingLoop loop = TrainingLoop.contrastive(weights, texts, texts, List.of(source), settings, context)) {
            run(name, loop, 0);
        }
    }

    private static void run(String name, TrainingLoop loop, double maskedShare) {
        long layerWeights = (long) LAYERS * (4L * HIDDEN * HIDDEN + 2L * HIDDEN * INTERMEDIATE);
        double perToken = 6.0 * (layerWeights + maskedShare * VOCABULARY * HIDDEN);
        long warmUp = loop.totalSteps() / 2;
        double[] seconds = new double[(int) (loop.totalSteps() - warmUp)];
        double tokens = 0;
        double cpuStart = 0;
        while (loop.position() < loop.totalSteps()) {
            if (loop.position() == warmUp) {
                cpuStart = processorSeconds();
            }
            long start = System.nanoTime();
            StepReport report = loop.step();
            double taken = (System.nanoTime() - start) * 1e-9;
            if (report.step() >= warmUp) {
                seconds[(int) (report.step() - warmUp)] = taken;
                tokens += report.tokens();
            }
        }
        Arrays.sort(seconds);
        double median = seconds[seconds.length / 2];
        double cpu = (processorSeconds() - cpuStart) / seconds.length;
        tokens /= seconds.length;
        System.out.printf(
                "%-42s %7.0f tokens a step, median %6.1f ms, %7.0f tokens/s, %6.1f GFLOP/s, %6.1f GFLOP per processor second%n",
                name,
                tokens,
                median * 1e3,
                tokens / median,
                tokens * perToken / median * 1e-9,
                tokens * perToken / cpu * 1e-9);
    }

    /** Processor time of this process: what a machine busy with other things leaves comparable. */
    private static double processorSeconds() {
        return ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toNanos()
                * 1e-9;
    }

    private static void encode(Path weights, TokenTable texts, ComputeContext context) throws IOException {
        long layerWeights = (long) LAYERS * (4L * HIDDEN * HIDDEN + 2L * HIDDEN * INTERMEDIATE);
        int[][] rows = new int[4096][];
        long tokens = 0;
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new int[texts.length(i)];
            texts.copy(i, rows[i].length, rows[i], 0);
            tokens += rows[i].length;
        }
        float[] target = new float[rows.length * HIDDEN];
        double[] seconds = new double[9];
        double cpuStart = 0;
        double cpu = 0;
        try (Encoder encoder = Encoder.load(weights, Pooling.CLS, context)) {
            for (int i = 0; i < 2 * seconds.length; i++) {
                if (i == seconds.length) {
                    cpuStart = processorSeconds();
                }
                long start = System.nanoTime();
                encoder.embed(rows, target);
                seconds[i % seconds.length] = (System.nanoTime() - start) * 1e-9;
            }
            cpu = (processorSeconds() - cpuStart) / seconds.length;
        }
        Arrays.sort(seconds);
        double median = seconds[seconds.length / 2];
        System.out.printf(
                "%-42s %7d tokens,        median %6.1f ms, %7.0f tokens/s, %6.1f GFLOP/s, %6.1f GFLOP per processor second%n",
                "encoding 4096 texts",
                tokens,
                median * 1e3,
                tokens / median,
                2.0 * layerWeights * tokens / median * 1e-9,
                2.0 * layerWeights * tokens / cpu * 1e-9);
    }
}
