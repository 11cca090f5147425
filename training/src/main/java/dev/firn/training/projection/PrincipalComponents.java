package dev.firn.training.projection;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The directions in which vectors differ most, and where each vector lies along them.
 *
 * <p>A direction is the eigenvector v of the covariance C = Xᵀ·X / n of the centred vectors X with the largest eigenvalue
 * λ = vᵀ·C·v: v is multiplied by C and normalised until it stays, at right angles to the directions before. C itself is
 * never made: a step takes 2·n·d multiplications. The start is drawn by a fixed seed and a direction points to where its
 * largest number is positive, so the same vectors give the same picture.
 *
 * @param coordinates of each vector along each direction, n × k
 * @param shares of the variance that each direction holds, k; 0 when all vectors are the same
 */
public record PrincipalComponents(List<double[]> coordinates, List<Double> shares) {
    private static final long SEED = 20_221;
    private static final int MOST_STEPS = 2_000;
    private static final double STILL = 1e-12;

    public PrincipalComponents {
        coordinates = List.copyOf(coordinates);
        shares = List.copyOf(shares);
    }

    /**
     * Finds the first directions.
     *
     * @param vectors n of the same length d, at least one
     * @param count how many directions, k, at most d
     * @throws IllegalArgumentException when there is no vector, they differ in length, or have fewer numbers than k
     */
    public static PrincipalComponents of(List<float[]> vectors, int count) {
        if (vectors.isEmpty()) {
            throw new IllegalArgumentException("there are no vectors");
        }
        int width = vectors.getFirst().length;
        if (count < 1 || count > width) {
            throw new IllegalArgumentException("count must be 1 to " + width + ", is " + count);
        }
        double[][] centred = centred(vectors, width);
        double variance = 0;
        for (double[] row : centred) {
            variance += dot(row, row);
        }
        SplittableRandom random = new SplittableRandom(SEED);
        List<double[]> directions = new ArrayList<>();
        List<Double> shares = new ArrayList<>();
        for (int component = 0; component < count; component++) {
            double[] direction = variance > 0 ? direction(centred, directions, random) : new double[width];
            directions.add(direction);
            double along = 0;
            for (double[] row : centred) {
                double length = dot(row, direction);
                along += length * length;
            }
            shares.add(variance > 0 ? along / variance : 0);
        }
        List<double[]> coordinates = new ArrayList<>(centred.length);
        for (double[] row : centred) {
            double[] place = new double[count];
            for (int component = 0; component < count; component++) {
                place[component] = dot(row, directions.get(component));
            }
            coordinates.add(place);
        }
        return new PrincipalComponents(coordinates, shares);
    }

    private static double[][] centred(List<float[]> vectors, int width) {
        double[] mean = new double[width];
        for (float[] vector : vectors) {
            if (vector.length != width) {
                throw new IllegalArgumentException("vectors of " + width + " and of " + vector.length + " numbers");
            }
            for (int i = 0; i < width; i++) {
                mean[i] += vector[i];
            }
        }
        double[][] centred = new double[vectors.size()][width];
        for (int row = 0; row < centred.length; row++) {
            for (int i = 0; i < width; i++) {
                centred[row][i] = vectors.get(row)[i] - mean[i] / vectors.size();
            }
        }
        return centred;
    }

    private static double[] direction(double[][] centred, List<double[]> before, SplittableRandom random) {
        int width = centred[0].length;
        double[] direction = new double[width];
        for (int i = 0; i < width; i++) {
            direction[i] = random.nextDouble() - 0.5;
        }
        settle(direction, before);
        for (int step = 0; step < MOST_STEPS; step++) {
            double[] next = new double[width];
            for (double[] row : centred) {
                double along = dot(row, direction);
                for (int i = 0; i < width; i++) {
                    next[i] += along * row[i];
                }
            }
            if (!settle(next, before)) {
                // Nothing is left at right angles to the directions before
                return new double[width];
            }
            double turned = 1 - Math.abs(dot(next, direction));
            direction = next;
            if (turned < STILL) {
                break;
            }
        }
        int largest = 0;
        for (int i = 1; i < width; i++) {
            if (Math.abs(direction[i]) > Math.abs(direction[largest])) {
                largest = i;
            }
        }
        if (direction[largest] < 0) {
            for (int i = 0; i < width; i++) {
                direction[i] = -direction[i];
            }
        }
        return direction;
    }

    /** Turns a vector to right angles with others and gives it the length 1; false when nothing is left of it. */
    private static boolean settle(double[] vector, List<double[]> before) {
        double whole = Math.sqrt(dot(vector, vector));
        for (double[] other : before) {
            double along = dot(vector, other);
            for (int i = 0; i < vector.length; i++) {
                vector[i] -= along * other[i];
            }
        }
        double length = Math.sqrt(dot(vector, vector));
        if (length <= whole * STILL) {
            return false;
        }
        for (int i = 0; i < vector.length; i++) {
            vector[i] /= length;
        }
        return true;
    }

    private static double dot(double[] first, double[] second) {
        double sum = 0;
        for (int i = 0; i < first.length; i++) {
            sum += first[i] * second[i];
        }
        return sum;
    }
}
