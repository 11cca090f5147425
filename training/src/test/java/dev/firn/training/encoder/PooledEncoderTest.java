package dev.firn.training.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.firn.training.batch.PackedBatch;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PooledEncoderTest {
    private static final int[][] SEQUENCES = {{3}, {4, 5, 6, 7, 8}, {9, 10}, {11, 12, 13}};
    private static final ParameterLayout LAYOUT =
            new ParameterLayout(EncoderConfiguration.xlmRoberta(37, 24, 2, 3, 40, 16), false);

    @ParameterizedTest
    @EnumSource(Pooling.class)
    void vectorsAndEveryGradientAgreeWithPyTorch(Pooling pooling) {
        int hidden = LAYOUT.configuration().hidden();
        PackedBatch batch = new PackedBatch();
        for (int[] sequence : SEQUENCES) {
            batch.add(sequence, 0, sequence.length);
        }
        float[] direction = noise(SEQUENCES.length * hidden, 9);
        try (ComputeContext context = new ComputeContext(2);
                Tensor values = Tensor.of((int) LAYOUT.length(), noise((int) LAYOUT.length(), 1));
                Tensor gradients = Tensor.zeros(1, (int) LAYOUT.length());
                Tensor outputGradient = Tensor.of(hidden, direction.clone());
                PooledEncoder encoder = new PooledEncoder(LAYOUT, values, gradients, pooling, context);
                PyTorchEncoder reference = PyTorchEncoder.of(LAYOUT, values.toArray())) {
            Tensor output = encoder.forward(batch);
            float[] vectors = new float[direction.length];
            System.arraycopy(output.toArray(), 0, vectors, 0, vectors.length);
            encoder.backward(batch, outputGradient);
            float[][] expected = new float[1][];
            Map<String, float[]> expectedGradients = reference.gradients(() -> {
                NDList rows = new NDList();
                for (int[] sequence : SEQUENCES) {
                    NDArray states = reference.forward(sequence);
                    rows.add(
                            switch (pooling) {
                                case CLS -> states.get(new NDIndex("0:1"));
                                case MEAN -> states.mean(new int[] {0}, true);
                            });
                }
                NDArray all = PyTorchEncoder.joined(rows);
                expected[0] = all.toFloatArray();
                return all.mul(reference.manager().create(direction, new Shape(SEQUENCES.length, hidden)))
                        .sum();
            });

            assertThat(vectors).containsExactly(expected[0], within(2e-5f));
            PostNormEncoderTest.assertGradients(LAYOUT, gradients, expectedGradients);
        }
    }

    private static float[] noise(int length, long seed) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian() * 0.3f;
        }
        return values;
    }

    @Test
    void aPoolingThatThereIsNotIsNamedWithThoseThereAre() {
        assertThat(Pooling.of("mean")).isEqualTo(Pooling.MEAN);
        assertThatThrownBy(() -> Pooling.of("max"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no pooling max; there are cls and mean");
    }
}
