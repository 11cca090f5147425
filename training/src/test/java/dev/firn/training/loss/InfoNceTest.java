package dev.firn.training.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class InfoNceTest {
    private static final int HIDDEN = 20;
    private static final List<MatryoshkaSlice> SLICES =
            List.of(new MatryoshkaSlice(HIDDEN, 0.5), new MatryoshkaSlice(12, 0.3));

    private ComputeContext context;

    @BeforeEach
    void open() {
        context = new ComputeContext(2);
    }

    @AfterEach
    void close() {
        context.close();
    }

    private static float[] random(int rows, long seed) {
        Random random = new Random(seed);
        float[] values = new float[rows * HIDDEN];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static int[] counting(int from, int count) {
        int[] rows = new int[count];
        for (int i = 0; i < count; i++) {
            rows[i] = from + i;
        }
        return rows;
    }

    private record Result(double loss, List<Float> gradient) {}

    private Result run(NegativesMode mode, float[] values, int[] queryRows, int[] documentRows) {
        return run(mode, 0.1, SLICES, values, queryRows, documentRows);
    }

    private Result run(
            NegativesMode mode,
            double temperature,
            List<MatryoshkaSlice> slices,
            float[] values,
            int[] queryRows,
            int[] documentRows) {
        try (InfoNce loss = new InfoNce(temperature, mode, slices, context);
                Tensor embeddings = Tensor.of(HIDDEN, values);
                Tensor gradient = Tensor.zeros(embeddings.rows(), HIDDEN)) {
            double value = loss.lossAndGradient(embeddings, queryRows, documentRows, gradient);
            float[] result = gradient.toArray();
            List<Float> boxed = new ArrayList<>();
            for (float number : result) {
                boxed.add(number);
            }
            return new Result(value, boxed);
        }
    }

    /** The definition in plain doubles, over the columns that count for each query; the first is the target. */
    private static double definition(float[] values, int queries, double temperature, int[][] columns) {
        double loss = 0;
        for (MatryoshkaSlice slice : SLICES) {
            double sum = 0;
            for (int i = 0; i < queries; i++) {
                double total = 0;
                for (int column : columns[i]) {
                    total += Math.exp(cosine(values, i, queries + column, slice.dimensions()) / temperature);
                }
                sum += Math.log(total) - cosine(values, i, queries + columns[i][0], slice.dimensions()) / temperature;
            }
            loss += slice.weight() * sum / queries;
        }
        return loss;
    }

    private static double cosine(float[] values, int first, int second, int dimensions) {
        double dot = 0;
        double a = 0;
        double b = 0;
        for (int d = 0; d < dimensions; d++) {
            double x = values[first * HIDDEN + d];
            double y = values[second * HIDDEN + d];
            dot += x * y;
            a += x * x;
            b += y * y;
        }
        return dot / Math.sqrt(a * b);
    }

    private static void assertGradient(float[] values, int queries, int[][] columns, Result result) {
        for (int i = 0; i < values.length; i += 7) {
            float before = values[i];
            values[i] = before + 1e-2f;
            double above = definition(values, queries, 0.1, columns);
            values[i] = before - 1e-2f;
            double below = definition(values, queries, 0.1, columns);
            values[i] = before;
            assertThat((double) result.gradient().get(i)).isEqualTo((above - below) / 2e-2, within(2e-4));
        }
    }

    @Test
    void inBatchNegativesAreAllOtherDocumentsOfTheBatch() {
        int queries = 5;
        float[] values = random(queries + 10, 1);
        Result result = run(NegativesMode.IN_BATCH, values, counting(0, queries), counting(0, 10));
        int[][] columns = new int[queries][];
        for (int i = 0; i < queries; i++) {
            int target = 2 * i;
            columns[i] = IntStream.concat(
                            IntStream.of(target), IntStream.range(0, 10).filter(column -> column != target))
                    .toArray();
        }
        assertThat(result.loss()).isEqualTo(definition(values, queries, 0.1, columns), within(1e-5));
        assertGradient(values, queries, columns, result);
    }

    @Test
    void hardNegativesOnlyAreThoseOfTheOwnPair() {
        int queries = 4;
        float[] values = random(queries + 12, 2);
        Result result = run(NegativesMode.HARD_ONLY, values, counting(0, queries), counting(0, 12));
        int[][] columns = {{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {9, 10, 11}};
        assertThat(result.loss()).isEqualTo(definition(values, queries, 0.1, columns), within(1e-5));
        assertGradient(values, queries, columns, result);
    }

    @Test
    void aPositiveOfTheSameQueryIsNeverItsNegative() {
        float[] values = random(8, 3);
        // Queries 0 and 2 are the same; documents 1 and 3 are the same
        Result result = run(NegativesMode.IN_BATCH, values, new int[] {7, 8, 7, 9}, new int[] {1, 2, 3, 2});
        int[][] columns = {{0, 1, 3}, {1, 0, 2}, {2, 1, 3}, {3, 0, 2}};
        assertThat(result.loss()).isEqualTo(definition(values, 4, 0.1, columns), within(1e-5));
        assertGradient(values, 4, columns, result);
    }

    @Test
    void aHardNegativeThatIsAPositiveOfTheQueryIsLeftOut() {
        float[] values = random(8, 4);
        // The first pair's second negative is the second pair's positive, for the same query
        int[] queryRows = {7, 7};
        int[] documentRows = {1, 5, 2, 2, 6, 1};
        Result hardOnly = run(NegativesMode.HARD_ONLY, values, queryRows, documentRows);
        assertThat(hardOnly.loss()).isEqualTo(definition(values, 2, 0.1, new int[][] {{0, 1}, {3, 4}}), within(1e-5));
        Result inBatch = run(NegativesMode.IN_BATCH, values, queryRows, documentRows);
        assertThat(inBatch.loss())
                .isEqualTo(definition(values, 2, 0.1, new int[][] {{0, 1, 4}, {3, 1, 4}}), within(1e-5));
    }

    @Test
    void aQueryWithoutNegativesHasNoLoss() {
        Result result = run(NegativesMode.IN_BATCH, random(4, 5), new int[] {1, 1}, new int[] {3, 4});
        assertThat(result.loss()).isEqualTo(0, within(1e-6));
        assertThat(result.gradient()).allSatisfy(value -> assertThat(value).isEqualTo(0f, within(1e-6f)));
    }

    @Test
    void lossAndGradientOfALargeBatchAgreeWithPyTorch() {
        int queries = 300;
        float[] values = random(2 * queries, 6);
        Result result = run(NegativesMode.IN_BATCH, 0.02, SLICES, values, counting(0, queries), counting(0, queries));
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray embeddings = manager.create(values, new Shape(2L * queries, HIDDEN));
            embeddings.setRequiresGradient(true);
            double expected;
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                NDArray loss = manager.create(0f);
                // Kept by the manager: DJL frees the number of div(Number) while PyTorch still needs it
                NDArray temperature = manager.create(0.02f);
                for (MatryoshkaSlice slice : SLICES) {
                    NDArray unit = embeddings
                            .get(new NDIndex(":, :" + slice.dimensions()))
                            .normalize(2, 1);
                    NDArray scores = unit.get(new NDIndex(":" + queries))
                            .matMul(unit.get(new NDIndex(queries + ":")).transpose())
                            .div(temperature);
                    NDArray diagonal =
                            scores.logSoftmax(1).mul(manager.eye(queries)).sum();
                    NDArray weight = manager.create((float) (slice.weight() / queries));
                    loss = loss.sub(diagonal.mul(weight));
                }
                collector.backward(loss);
                expected = loss.toType(DataType.FLOAT64, false).getDouble();
            }
            assertThat(result.loss()).isEqualTo(expected, within(1e-5 * expected));
            float[] gradient = embeddings.getGradient().toFloatArray();
            double difference = 0;
            double length = 0;
            for (int i = 0; i < gradient.length; i++) {
                double gap = result.gradient().get(i) - gradient[i];
                difference += gap * gap;
                length += (double) gradient[i] * gradient[i];
            }
            assertThat(Math.sqrt(difference / length)).isLessThan(1e-4);
        }
    }

    @Test
    void theLossIsTheSameWhateverTheSizeOfTheBlocks() {
        // 3000 documents a query row: blocks of fewer queries than there are
        int queries = 2200;
        float[] values = random(2 * queries, 8);
        Result result = run(
                NegativesMode.IN_BATCH,
                0.1,
                List.of(new MatryoshkaSlice(HIDDEN, 1)),
                values,
                counting(0, queries),
                counting(0, queries));
        double expected = 0;
        for (int i = 0; i < queries; i++) {
            double total = 0;
            for (int j = 0; j < queries; j++) {
                total += Math.exp(cosine(values, i, queries + j, HIDDEN) / 0.1);
            }
            expected += (Math.log(total) - cosine(values, i, queries + i, HIDDEN) / 0.1) / queries;
        }
        assertThat(result.loss()).isEqualTo(expected, within(1e-5));
    }

    @Test
    void refusesATemperatureOfZeroAndDocumentsThatDoNotDivide() {
        assertThatThrownBy(() -> run(NegativesMode.IN_BATCH, 0, SLICES, random(2, 1), new int[1], new int[1]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("temperature must be greater than 0, is 0.0");
        assertThatThrownBy(() -> run(NegativesMode.IN_BATCH, random(5, 1), new int[2], new int[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("3 documents are not as many for each of 2 queries");
    }
}
