package dev.firn.training.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class KernelsAgreementTest {
    static Stream<Arguments> runs() {
        return KernelRuns.all().entrySet().stream().map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("runs")
    void vectorKernelsAgreeWithNd4j(String name, KernelRuns.Run run) {
        float[] vector = KernelRuns.result(run, new VectorKernels());
        float[] nd4j = KernelRuns.result(run, new Nd4jKernels());
        assertThat(vector).hasSameSizeAs(nd4j);
        for (int i = 0; i < vector.length; i++) {
            assertThat(vector[i])
                    .as("%s, value %d", name, i)
                    .isEqualTo(nd4j[i], within(2e-6f + 2e-5f * Math.abs(nd4j[i])));
        }
    }

    @Test
    void productsAgreeForEveryTransposition() {
        for (boolean transposeA : new boolean[] {false, true}) {
            for (boolean transposeB : new boolean[] {false, true}) {
                for (float beta : new float[] {0f, 1f}) {
                    float[] blas = product(new OpenBlasProducts(), transposeA, transposeB, beta);
                    float[] nd4j = product(new Nd4jProducts(), transposeA, transposeB, beta);
                    assertThat(blas).containsExactly(nd4j, within(1e-5f));
                }
            }
        }
    }

    private static float[] product(MatrixProducts products, boolean transposeA, boolean transposeB, float beta) {
        Tensor a = counted(9, 11);
        Tensor b = counted(9, 11);
        Tensor c = counted(9, 11);
        products.multiply(transposeA, transposeB, 3, 5, 7, 0.5f, a, 2, 11, b, 1, 11, beta, c, 3, 11);
        return c.toArray();
    }

    private static Tensor counted(int rows, int columns) {
        Tensor tensor = Tensor.zeros(rows, columns);
        for (int i = 0; i < rows * columns; i++) {
            tensor.set(i, (i * 37 % 23 - 11) / 11f);
        }
        return tensor;
    }
}
