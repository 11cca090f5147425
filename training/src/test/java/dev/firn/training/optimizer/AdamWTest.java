package dev.firn.training.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.ParameterLayout.Parameter;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;
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
