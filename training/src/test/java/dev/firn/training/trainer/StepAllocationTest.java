package dev.firn.training.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.firn.training.batch.TextBatching;
import dev.firn.training.encoder.Encoder;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.loss.MatryoshkaSlice;
import dev.firn.training.loss.NegativesMode;
import dev.firn.training.tokenizer.Letters;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a step makes on the Java heap. The bound is for the small objects of a step (its report, what the threads are given to
 * do): an array of one number a pair of the large batch is over it already.
 *
 * <p>Interpreted kernels make an object of each vector, so steps are run until they are compiled, as many as that takes.
 */
final class StepAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long MOST_BYTES = 16 << 10;
    private static final int SMALL_BATCH = 16;
    private static final int LARGE_BATCH = 4_200;
    private static final int ROWS = 10_000;
    private static final int CHUNK_TOKENS = 8_192;
    private static final int STEPS_AT_ONCE = 5;
    private static final int MOST_SMALL_STEPS = 5_000;
    private static final int MOST_LARGE_STEPS = 200;

    @TempDir
    private Path weights;

    private ComputeContext context;

    @BeforeEach
    void writeWeights() throws IOException {
        context = new ComputeContext(2);
        Encoder.initialise(EncoderConfiguration.bert(ToyData.VOCABULARY, 16, 2, 2, 32, 16), 3, weights);
    }

    @AfterEach
    void close() {
        context.close();
    }

    @Test
    void aStepWithInBatchNegativesAllocatesNothingThatGrowsWithItsBatch() throws IOException {
        assertAllocatesLittle(contrastive(NegativesMode.IN_BATCH, SMALL_BATCH), MOST_SMALL_STEPS);
        assertAllocatesLittle(contrastive(NegativesMode.IN_BATCH, LARGE_BATCH), MOST_LARGE_STEPS);
    }

    @Test
    void aStepWithHardNegativesAllocatesNothingThatGrowsWithItsBatch() throws IOException {
        assertAllocatesLittle(contrastive(NegativesMode.HARD_ONLY, SMALL_BATCH), MOST_SMALL_STEPS);
        assertAllocatesLittle(contrastive(NegativesMode.HARD_ONLY, LARGE_BATCH), MOST_LARGE_STEPS);
    }

    @Test
    void aStepOfMaskedLanguageModellingAllocatesNothingThatGrowsWithItsBatch() throws IOException {
        assertAllocatesLittle(maskedLanguage(SMALL_BATCH), MOST_SMALL_STEPS);
        assertAllocatesLittle(maskedLanguage(LARGE_BATCH), MOST_LARGE_STEPS);
    }

    private TrainingLoop contrastive(NegativesMode mode, int batchSize) throws IOException {
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
                        ToyData.optimization(1e-3, 12)),
                context);
    }

    private TrainingLoop maskedLanguage(int batchSize) throws IOException {
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

    /** Runs steps until they allocate little, and closes the training. */
    private static void assertAllocatesLittle(TrainingLoop loop, int mostSteps) {
        try (loop) {
            long fewest = Long.MAX_VALUE;
            while (fewest > MOST_BYTES && loop.position() + STEPS_AT_ONCE <= mostSteps) {
                long before = THREADS.getTotalThreadAllocatedBytes();
                for (int i = 0; i < STEPS_AT_ONCE; i++) {
                    loop.step();
                }
                fewest = Math.min(fewest, (THREADS.getTotalThreadAllocatedBytes() - before) / STEPS_AT_ONCE);
            }
            assertThat(fewest).as("bytes of a step").isLessThanOrEqualTo(MOST_BYTES);
        }
    }
}
