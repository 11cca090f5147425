package dev.firn.training.search;

import java.util.Random;

/** Vectors for tests, and the score of two of them computed plainly. */
public final class Vectors {
    private Vectors() {}

    /** Random vectors of length 1. */
    public static float[] random(Random random, int rows, int dimension) {
        float[] values = new float[rows * dimension];
        for (int row = 0; row < rows; row++) {
            double square = 0;
            double[] vector = new double[dimension];
            for (int i = 0; i < dimension; i++) {
                vector[i] = random.nextGaussian();
                square += vector[i] * vector[i];
            }
            for (int i = 0; i < dimension; i++) {
                values[row * dimension + i] = (float) (vector[i] / Math.sqrt(square));
            }
        }
        return values;
    }

    /** Vectors of which many are equal, opposite, zero, or differ in the last bit of one component. */
    public static float[] adversarial(Random random, int rows, int dimension) {
        float[] values = new float[rows * dimension];
        float[] basis = random(random, 3, dimension);
        for (int row = 0; row < rows; row++) {
            int from = random.nextInt(3) * dimension;
            int kind = random.nextInt(5);
            for (int i = 0; i < dimension; i++) {
                float value = basis[from + i];
                values[row * dimension + i] = switch (kind) {
                    case 0, 1 -> value;
                    case 2 -> -value;
                    case 3 -> i == 0 ? Math.nextUp(value) : value;
                    default -> 0;
                };
            }
        }
        return values;
    }

    /** The dot product in 64 bits, from left to right, rounded to 32. */
    public static float score(float[] left, int leftRow, float[] right, int rightRow, int dimension) {
        double sum = 0;
        for (int i = 0; i < dimension; i++) {
            sum += (double) left[leftRow * dimension + i] * right[rightRow * dimension + i];
        }
        return (float) sum + 0f;
    }
}
