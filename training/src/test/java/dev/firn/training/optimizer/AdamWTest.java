package dev.firn.training.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.ParameterLayout.Parameter;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AdamWTest {
    private static final ParameterLayout LAYOUT =
            new ParameterLayout(EncoderConfiguration.xlmRoberta(40, 12, 1, 2, 20, 10), true);

    private static float[] random(long seed) {
        Random random = new Random(seed);
        float[] values = new float[(int) LAYOUT.length()];
        for (Parameter parameter : LAYOUT.parameters()) {
            for (int i = 0; i < parameter.length(); i++) {
                values[(int) parameter.offset() + i] = (float) random.nextGaussian();
            }
        }
        return values;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void followsTheAlgorithmAsPyTorchWritesIt(int threads) {
        AdamWSettings settings = new AdamWSettings(0.9, 0.98, 1e-6, 0.1);
        double rate = 0.01;
        float[] start = random(1);
        double[] expected = new double[start.length];
        double[] first = new double[start.length];
        double[] second = new double[start.length];
        boolean[] decayed = new boolean[start.length];
        for (int i = 0; i < start.length; i++) {
            expected[i] = start[i];
        }
        for (Parameter parameter : LAYOUT.parameters()) {
            for (int i = 0; i < parameter.length(); i++) {
                decayed[(int) parameter.offset() + i] = parameter.shape().size() == 2;
            }
        }
        try (ComputeContext context = new ComputeContext(threads);
                Tensor values = Tensor.of(start.length, start);
                Tensor gradients = Tensor.zeros(1, start.length);
                AdamW optimizer = new AdamW(LAYOUT, settings, context)) {
            for (int step = 0; step < 4; step++) {
                float[] gradient = random(10 + step);
                gradients.set(0, gradient);
                double square = 0;
                for (float g : gradient) {
                    square += (double) g * g;
                }
                double norm = optimizer.norm(gradients);
                assertThat(norm).isEqualTo(Math.sqrt(square), within(1e-4));
                optimizer.update(values, gradients, rate, norm, 5, step);
                double clip = 5 / (Math.sqrt(square) + 1e-6);
                for (int i = 0; i < expected.length; i++) {
                    double g = gradient[i] * clip;
                    first[i] = 0.9 * first[i] + 0.1 * g;
                    second[i] = 0.98 * second[i] + 0.02 * g * g;
                    double mean = first[i] / (1 - Math.pow(0.9, step + 1));
                    double root = Math.sqrt(second[i] / (1 - Math.pow(0.98, step + 1)));
                    expected[i] =
                            (decayed[i] ? expected[i] * (1 - rate * 0.1) : expected[i]) - rate * mean / (root + 1e-6);
                }
                assertThat(gradients.toArray()).containsOnly(0f);
            }
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) values.get(i)).isEqualTo(expected[i], within(2e-6));
            }
        }
    }

    private static final int ROWS = LAYOUT.configuration().vocabularySize();
    private static final int WIDTH = LAYOUT.configuration().hidden();

    /** A gradient that is 0 in the rows of the word table that are not among the tokens. */
    private static float[] randomIn(int[] tokens, long seed) {
        float[] gradient = random(seed);
        for (int row = 0; row < ROWS; row++) {
            int candidate = row;
            if (Arrays.stream(tokens).noneMatch(token -> token == candidate)) {
                Arrays.fill(gradient, row * WIDTH, (row + 1) * WIDTH, 0f);
            }
        }
        return gradient;
    }

    private static final int[][] TOKENS = {{3, 4, 3, 17}, {39, 0}, {}, {4, 18, 18}, {3}};

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void knowingWhichRowsAreTouchedChangesNoBitOfADenseUpdate(int threads) {
        int length = (int) LAYOUT.length();
        try (ComputeContext context = new ComputeContext(threads);
                Tensor dense = Tensor.of(length, random(1));
                Tensor sparse = Tensor.of(length, random(1));
                Tensor gradients = Tensor.zeros(1, length);
                AdamW whole = new AdamW(LAYOUT, AdamWSettings.defaults(), context);
                AdamW partly = new AdamW(LAYOUT, AdamWSettings.defaults(), context);
                AdamW restored = new AdamW(LAYOUT, AdamWSettings.defaults(), context)) {
            TouchedRows touched = new TouchedRows(ROWS);
            for (int step = 0; step < TOKENS.length; step++) {
                float[] gradient = randomIn(TOKENS[step], 20 + step);
                gradients.set(0, gradient);
                double norm = whole.norm(gradients);
                whole.update(dense, gradients, 0.01, norm, 5, step);

                touched.clear();
                touched.add(TOKENS[step], TOKENS[step].length);
                gradients.set(0, gradient);
                // From the middle on, an optimiser that was given the moments goes on
                AdamW optimizer = step < 3 ? partly : restored;
                if (step == 3) {
                    restored.firstMoment().set(0, partly.firstMoment().toArray());
                    restored.secondMoment().set(0, partly.secondMoment().toArray());
                    restored.momentsReplaced();
                }
                assertThat(optimizer.norm(gradients, touched)).isEqualTo(norm);
                optimizer.update(sparse, gradients, 0.01, norm, 5, step, touched);

                assertThat(gradients.toArray()).containsOnly(0f);
                assertThat(sparse.toArray()).containsExactly(dense.toArray());
                assertThat(optimizer.firstMoment().toArray())
                        .containsExactly(whole.firstMoment().toArray());
                assertThat(optimizer.secondMoment().toArray())
                        .containsExactly(whole.secondMoment().toArray());
            }
        }
    }

    @Test
    void lazyUpdatesLeaveRowsWithoutAGradientAloneAndTreatTheOthersAsEver() {
        int length = (int) LAYOUT.length();
        AdamWSettings lazily = new AdamWSettings(0.9, 0.999, 1e-8, 0.01, EmbeddingUpdates.LAZY);
        try (ComputeContext context = new ComputeContext(2);
                Tensor values = Tensor.of(length, random(1));
                Tensor gradients = Tensor.zeros(1, length);
                AdamW optimizer = new AdamW(LAYOUT, lazily, context)) {
            TouchedRows touched = new TouchedRows(ROWS);
            for (int step = 0; step < TOKENS.length; step++) {
                float[] before = values.toArray();
                float[] firstBefore = optimizer.firstMoment().toArray();
                float[] secondBefore = optimizer.secondMoment().toArray();
                float[] gradient = randomIn(TOKENS[step], 20 + step);
                gradients.set(0, gradient);
                touched.clear();
                touched.add(TOKENS[step], TOKENS[step].length);
                double norm = optimizer.norm(gradients, touched);
                optimizer.update(values, gradients, 0.01, norm, Double.POSITIVE_INFINITY, step, touched);
                for (int i = 0; i < ROWS * WIDTH; i++) {
                    float value = values.get(i);
                    if (touched.contains(i / WIDTH)) {
                        double first = 0.9 * firstBefore[i] + 0.1 * gradient[i];
                        double second = 0.999 * secondBefore[i] + 0.001 * gradient[i] * gradient[i];
                        double root = Math.sqrt(second / (1 - Math.pow(0.999, step + 1))) + 1e-8;
                        double expected =
                                before[i] * (1 - 0.01 * 0.01) - 0.01 * first / (1 - Math.pow(0.9, step + 1)) / root;
                        assertThat((double) value).isEqualTo(expected, within(2e-6));
                    } else {
                        assertThat(value).isEqualTo(before[i]);
                        assertThat(optimizer.firstMoment().get(i)).isEqualTo(firstBefore[i]);
                        assertThat(optimizer.secondMoment().get(i)).isEqualTo(secondBefore[i]);
                    }
                }
            }
        }
    }

    @Test
    void embeddingUpdatesThatThereAreNotAreNamedWithThoseThereAre() {
        assertThat(EmbeddingUpdates.of("lazy")).isEqualTo(EmbeddingUpdates.LAZY);
        assertThatThrownBy(() -> EmbeddingUpdates.of("sparse"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there are no embedding updates sparse; there are dense and lazy");
    }

    @Test
    void normsAndUpdatesHaveTheSameBitsForEveryNumberOfThreads() {
        float[] gradient = random(2);
        double expected = Double.NaN;
        for (int threads = 1; threads <= 3; threads++) {
            try (ComputeContext context = new ComputeContext(threads);
                    Tensor gradients = Tensor.of(gradient.length, gradient);
                    AdamW optimizer = new AdamW(LAYOUT, AdamWSettings.defaults(), context)) {
                double norm = optimizer.norm(gradients);
                assertThat(norm).isEqualTo(threads == 1 ? norm : expected);
                expected = norm;
            }
        }
    }

    @Test
    void aGradientWithANaNHasANormThatIsOne() {
        float[] gradient = random(2);
        gradient[gradient.length / 2] = Float.NaN;
        try (ComputeContext context = new ComputeContext(2);
                Tensor gradients = Tensor.of(gradient.length, gradient);
                AdamW optimizer = new AdamW(LAYOUT, AdamWSettings.defaults(), context)) {
            assertThat(optimizer.norm(gradients)).isNaN();
        }
    }

    @Test
    void refusesSettingsThatAreNone() {
        assertThatThrownBy(() -> new AdamWSettings(1, 0.9, 1e-8, 0))
                .hasMessage("beta1 must be from 0 to below 1, is 1.0");
        assertThatThrownBy(() -> new AdamWSettings(0.9, 0.9, 0, 0)).hasMessage("epsilon must be above 0, is 0.0");
        assertThatThrownBy(() -> new AdamWSettings(0.9, 0.9, 1e-8, -1))
                .hasMessage("weightDecay must not be negative, is -1.0");
    }
}
