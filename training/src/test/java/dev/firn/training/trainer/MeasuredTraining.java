package dev.firn.training.trainer;

import dev.firn.training.batch.PairSource;
import dev.firn.training.batch.TextBatching;
import dev.firn.training.batch.TokenTable;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.loss.MatryoshkaSlice;
import dev.firn.training.loss.NegativesMode;
import java.io.IOException;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Trainings of some hundred megabytes, and a process that runs one and says how much memory that took. */
enum MeasuredTraining {
    MASKED_LANGUAGE {
        @Override
        TrainingMemory expected() {
            return TrainingMemory.maskedLanguage(CONFIGURATION, MASKING, THREADS);
        }

        @Override
        TrainingLoop open(Path weights, ComputeContext context) throws IOException {
            return TrainingLoop.maskedLanguage(weights, texts(400, 64, 1), MASKING, context);
        }
    },
    PRETRAIN_IN_CHUNKS_WITH_CHECKPOINTING {
        @Override
        TrainingMemory expected() {
            return contrastive(PRETRAIN, 0);
        }

        @Override
        TrainingLoop open(Path weights, ComputeContext context) throws IOException {
            return contrastive(weights, PRETRAIN, 0, context);
        }
    },
    FINETUNE {
        @Override
        TrainingMemory expected() {
            return contrastive(FINETUNING, 5);
        }

        @Override
        TrainingLoop open(Path weights, ComputeContext context) throws IOException {
            return contrastive(weights, FINETUNING, 5, context);
        }
    };

    static final EncoderConfiguration CONFIGURATION = EncoderConfiguration.xlmRoberta(40_000, 256, 4, 4, 1024, 64);
    private static final int THREADS = 2;
    private static final int STEPS = 2;
    private static final int PAIRS = 400;
    private static final List<Integer> SPECIAL = List.of(0, 1, 2, 3, 4);

    private static final MaskedLanguageSettings MASKING = new MaskedLanguageSettings(
            0.15,
            4,
            SPECIAL,
            new TextBatching.TextsPerBatch(80),
            64,
            4000,
            false,
            new TrainingLength.Steps(STEPS),
            ToyData.optimization(1e-3, 1));
    private static final ContrastiveSettings PRETRAIN =
            contrastive(NegativesMode.IN_BATCH, Pooling.MEAN, 100, 4000, true);
    private static final ContrastiveSettings FINETUNING =
            contrastive(NegativesMode.HARD_ONLY, Pooling.CLS, 20, 16_384, false);

    /** What the training says that it takes. */
    abstract TrainingMemory expected();

    abstract TrainingLoop open(Path weights, ComputeContext context) throws IOException;

    private static ContrastiveSettings contrastive(
            NegativesMode negatives, Pooling pooling, int batchSize, int chunkTokens, boolean checkpointing) {
        return new ContrastiveSettings(
                0.05,
                negatives,
                List.of(new MatryoshkaSlice(256, 0.5), new MatryoshkaSlice(64, 0.5)),
                pooling,
                16,
                32,
                batchSize,
                1,
                0,
                SPECIAL,
                chunkTokens,
                checkpointing,
                new TrainingLength.Steps(STEPS),
                ToyData.optimization(1e-3, 1));
    }

    private static TrainingMemory contrastive(ContrastiveSettings settings, int negatives) {
        return TrainingMemory.contrastive(CONFIGURATION, settings, negatives, THREADS);
    }

    private static TrainingLoop contrastive(
            Path weights, ContrastiveSettings settings, int negatives, ComputeContext context) throws IOException {
        int[] pairs = new int[2 * PAIRS];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = i / 2;
        }
        IntBuffer hard = negatives == 0 ? null : IntBuffer.allocate(PAIRS * negatives);
        for (int i = 0; i < PAIRS * negatives; i++) {
            hard.put(i, (i + 1) % PAIRS);
        }
        return TrainingLoop.contrastive(
                weights,
                texts(PAIRS, 16, 1),
                texts(PAIRS, 32, 2),
                List.of(new PairSource("pairs", "en", IntBuffer.wrap(pairs), hard, negatives)),
                settings,
                context);
    }

    /** Texts that are all as long as may be. */
    private static TokenTable texts(int rows, int length, long seed) {
        Random random = new Random(seed);
        int[][] texts = new int[rows][];
        for (int i = 0; i < rows; i++) {
            texts[i] = random.ints(length, SPECIAL.size(), CONFIGURATION.vocabularySize())
                    .toArray();
            texts[i][0] = 0;
            texts[i][length - 1] = 2;
        }
        return TokenTable.of(texts);
    }

    /**
     * Trains and prints by how many bytes the resident memory at its peak was above what it was before the training.
     *
     * @param arguments name of the training, folder of the weights, folder for the snapshot
     */
    public static void main(String[] arguments) throws IOException {
        try (ComputeContext context = new ComputeContext(THREADS);
                Tensor matrix = Tensor.zeros(512, 512);
                Tensor product = Tensor.zeros(512, 512)) {
            // So that the libraries and their buffers are there before
            context.multiplyTransposed(1f, matrix, 0, 512, matrix, 0, 512, 0f, product, 0);
            long before = resident("VmRSS:");
            try (TrainingLoop loop = valueOf(arguments[0]).open(Path.of(arguments[1]), context)) {
                loop.step();
                try (Snapshot snapshot = loop.snapshot()) {
                    loop.step();
                    snapshot.write(Path.of(arguments[2]));
                }
            }
            System.out.println("peak " + (resident("VmHWM:") - before));
        }
    }

    private static long resident(String figure) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(figure))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }
}
