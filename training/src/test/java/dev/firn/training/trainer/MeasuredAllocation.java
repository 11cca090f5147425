package dev.firn.training.trainer;

import com.sun.management.ThreadMXBean;
import dev.firn.training.batch.TextBatching;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.loss.MatryoshkaSlice;
import dev.firn.training.loss.NegativesMode;
import dev.firn.training.tokenizer.Letters;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;

/** Trainings whose steps' allocations on the Java heap are measured, in a process of their own. */
enum MeasuredAllocation {
    IN_BATCH_NEGATIVES {
        @Override
        TrainingLoop open(Path weights, int batchSize, ComputeContext context) throws IOException {
            return contrastive(weights, NegativesMode.IN_BATCH, batchSize, context);
        }
    },
    HARD_NEGATIVES {
        @Override
        TrainingLoop open(Path weights, int batchSize, ComputeContext context) throws IOException {
            return contrastive(weights, NegativesMode.HARD_ONLY, batchSize, context);
        }
    },
    MASKED_LANGUAGE {
        @Override
        TrainingLoop open(Path weights, int batchSize, ComputeContext context) throws IOException {
            return TrainingLoop.maskedLanguage(
                    weights,
                    ToyData.texts(ROWS, 1),
                    new MaskedLanguageSettings(
                            0.15,
                            4,
                            List.of(0, 1, 2, 3, 4),
                            new TextBatching.TextsPerBatch(batchSize),
                            16,
                            CHUNK_TOKENS,
                            new TrainingLength.Steps(MOST_SMALL_STEPS),
                            ToyData.optimization(1e-3, 11)),
                    context);
        }
    };

    static final String BYTES = "bytes of a step: ";
    static final long MOST_BYTES = 16 << 10;
    private static final int SMALL_BATCH = 16;
    private static final int LARGE_BATCH = 4_200;
    private static final int ROWS = 10_000;
    private static final int CHUNK_TOKENS = 8_192;
    private static final int STEPS_AT_ONCE = 5;
    private static final int MOST_SMALL_STEPS = 5_000;
    private static final int MOST_LARGE_STEPS = 200;

    abstract TrainingLoop open(Path weights, int batchSize, ComputeContext context) throws IOException;

    private static TrainingLoop contrastive(Path weights, NegativesMode mode, int batchSize, ComputeContext context)
            throws IOException {
        return TrainingLoop.contrastive(
                weights,
                ToyData.side(ROWS, 0, 3, 1),
                ToyData.side(ROWS, 2, 5, 2),
                ToyData.sources(ROWS, mode == NegativesMode.HARD_ONLY ? 2 : 0),
                new ContrastiveSettings(
                        0.05,
                        mode,
                        List.of(new MatryoshkaSlice(16, 0.5), new MatryoshkaSlice(8, 0.5)),
                        Pooling.MEAN,
                        16,
                        16,
                        batchSize,
                        1,
                        0,
                        Letters.none(),
                        CHUNK_TOKENS,
                        new TrainingLength.Steps(MOST_SMALL_STEPS),
                        ToyData.optimization(1e-3, 11)),
                context);
    }

    /** Prints the bytes of a step for a small batch and for a large one; the arguments are the training and the weights. */
    public static void main(String[] arguments) throws IOException {
        MeasuredAllocation training = valueOf(arguments[0]);
        Path weights = Path.of(arguments[1]);
        try (ComputeContext context = new ComputeContext(2)) {
            System.out.println(BYTES + fewest(training.open(weights, SMALL_BATCH, context), MOST_SMALL_STEPS));
            System.out.println(BYTES + fewest(training.open(weights, LARGE_BATCH, context), MOST_LARGE_STEPS));
        }
    }

    /** Runs steps until they allocate little, as many as it takes to compile them, and closes the training. */
    private static long fewest(TrainingLoop loop, int mostSteps) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (loop) {
            long fewest = Long.MAX_VALUE;
            while (fewest > MOST_BYTES && loop.position() + STEPS_AT_ONCE <= mostSteps) {
                long before = threads.getTotalThreadAllocatedBytes();
                for (int i = 0; i < STEPS_AT_ONCE; i++) {
                    loop.step();
                }
                fewest = Math.min(fewest, (threads.getTotalThreadAllocatedBytes() - before) / STEPS_AT_ONCE);
            }
            return fewest;
        }
    }
}
