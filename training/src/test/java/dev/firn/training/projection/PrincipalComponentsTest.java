package dev.firn.training.projection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PrincipalComponentsTest {
    @Test
    void findsTheAxesOfARectangle() {
        // Corners of a rectangle of 6 by 2 around (10, 20), turned by the angle whose cosine is 0.8
        List<float[]> corners = new ArrayList<>();
        for (double[] corner : new double[][] {{3, 1}, {-3, 1}, {3, -1}, {-3, -1}}) {
            corners.add(new float[] {
                (float) (10 + 0.8 * corner[0] - 0.6 * corner[1]), (float) (20 + 0.6 * corner[0] + 0.8 * corner[1]), 7
            });
        }

        PrincipalComponents components = PrincipalComponents.of(corners, 2);

        assertThat(components.shares().get(0)).isCloseTo(0.9, within(1e-6));
        assertThat(components.shares().get(1)).isCloseTo(0.1, within(1e-6));
        double[][] expected = {{3, 1}, {-3, 1}, {3, -1}, {-3, -1}};
        for (int i = 0; i < expected.length; i++) {
            assertThat(components.coordinates().get(i)).containsExactly(expected[i], within(1e-5));
        }
    }

    @Test
    void agreesWithTheEigenvaluesOfTheCovarianceByJacobisRotations() {
        int width = 8;
        Random random = new Random(3);
        List<float[]> vectors = new ArrayList<>();
        for (int row = 0; row < 300; row++) {
            float[] vector = new float[width];
            float shared = (float) random.nextGaussian();
            for (int i = 0; i < width; i++) {
                vector[i] = shared * (i % 3) + (float) random.nextGaussian() * (1 + i) * 0.3f;
            }
            vectors.add(vector);
        }
        double[][] covariance = covariance(vectors);
        double[] eigenvalues = jacobi(covariance);
        double trace =
                IntStream.range(0, width).mapToDouble(i -> eigenvalues[i]).sum();

        PrincipalComponents components = PrincipalComponents.of(vectors, 3);

        for (int component = 0; component < 3; component++) {
            assertThat(components.shares().get(component))
                    .isCloseTo(eigenvalues[width - 1 - component] / trace, within(1e-7));
        }
        // What lies along two directions has no covariance
        double together = components.coordinates().stream()
                .mapToDouble(place -> place[0] * place[1])
                .sum();
        assertThat(together / vectors.size()).isCloseTo(0, within(1e-5));
    }

    @Test
    void givesTheSamePictureEachTime() {
        Random random = new Random(9);
        List<float[]> vectors = new ArrayList<>();
        for (int row = 0; row < 50; row++) {
            vectors.add(new float[] {random.nextFloat(), random.nextFloat(), random.nextFloat()});
        }
        PrincipalComponents first = PrincipalComponents.of(vectors, 2);
        PrincipalComponents second = PrincipalComponents.of(vectors, 2);

        for (int row = 0; row < 50; row++) {
            assertThat(second.coordinates().get(row))
                    .containsExactly(first.coordinates().get(row));
        }
    }

    @Test
    void vectorsThatDoNotDifferLieInOnePlace() {
        PrincipalComponents same = PrincipalComponents.of(List.of(new float[] {1, 2}, new float[] {1, 2}), 2);
        assertThat(same.shares()).containsExactly(0.0, 0.0);
        assertThat(same.coordinates()).allSatisfy(place -> assertThat(place).containsExactly(0, 0));

        PrincipalComponents line =
                PrincipalComponents.of(List.of(new float[] {0, 0}, new float[] {1, 1}, new float[] {2, 2}), 2);
        assertThat(line.shares().get(0)).isCloseTo(1, within(1e-9));
        assertThat(line.coordinates().get(2)[1]).isCloseTo(0, within(1e-6));
    }

    @Test
    void refusesWhatCannotBeDrawn() {
        assertThatThrownBy(() -> PrincipalComponents.of(List.of(), 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PrincipalComponents.of(List.of(new float[1]), 2))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PrincipalComponents.of(List.of(new float[2], new float[3]), 2))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static double[][] covariance(List<float[]> vectors) {
        int width = vectors.getFirst().length;
        double[] mean = new double[width];
        for (float[] vector : vectors) {
            for (int i = 0; i < width; i++) {
                mean[i] += (double) vector[i] / vectors.size();
            }
        }
        double[][] covariance = new double[width][width];
        for (float[] vector : vectors) {
            for (int i = 0; i < width; i++) {
                for (int j = 0; j < width; j++) {
                    covariance[i][j] += (vector[i] - mean[i]) * (vector[j] - mean[j]) / vectors.size();
                }
            }
        }
        return covariance;
    }

    /** The eigenvalues of a symmetric matrix, ascending: each rotation makes one element off the diagonal 0. */
    private static double[] jacobi(double[][] matrix) {
        int width = matrix.length;
        for (int sweep = 0; sweep < 50; sweep++) {
            for (int p = 0; p < width; p++) {
                for (int q = p + 1; q < width; q++) {
                    if (Math.abs(matrix[p][q]) < 1e-15) {
                        continue;
                    }
                    double angle = 0.5 * Math.atan2(2 * matrix[p][q], matrix[q][q] - matrix[p][p]);
                    double cosine = Math.cos(angle);
                    double sine = Math.sin(angle);
                    for (int k = 0; k < width; k++) {
                        double first = matrix[p][k];
                        double second = matrix[q][k];
                        matrix[p][k] = cosine * first - sine * second;
                        matrix[q][k] = sine * first + cosine * second;
                    }
                    for (int k = 0; k < width; k++) {
                        double first = matrix[k][p];
                        double second = matrix[k][q];
                        matrix[k][p] = cosine * first - sine * second;
                        matrix[k][q] = sine * first + cosine * second;
                    }
                }
            }
        }
        return IntStream.range(0, width).mapToDouble(i -> matrix[i][i]).sorted().toArray();
    }
}
