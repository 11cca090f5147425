package dev.firn.training.model;

/** Brings the first components of a vector to length 1, as Matryoshka embeddings are used. */
public final class Truncation {
    private Truncation() {}

    /** Divides {@code length} components from {@code offset} on by their Euclidean length; leaves zeros as they are. */
    public static void normalise(float[] values, int offset, int length) {
        double square = 0;
        for (int i = offset; i < offset + length; i++) {
            square += (double) values[i] * values[i];
        }
        if (square > 0) {
            double scale = 1 / Math.sqrt(square);
            for (int i = offset; i < offset + length; i++) {
                values[i] = (float) (values[i] * scale);
            }
        }
    }

    /** Returns vectors of {@code dimension} components cut to {@code components} and brought to length 1. */
    public static float[] truncate(float[] vectors, int dimension, int components) {
        if (components < 1 || components > dimension) {
            throw new IllegalArgumentException(
                    "dimensions must be between 1 and %d, is %d".formatted(dimension, components));
        }
        if (components == dimension) {
            return vectors;
        }
        int rows = vectors.length / dimension;
        float[] cut = new float[rows * components];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(vectors, row * dimension, cut, row * components, components);
            normalise(cut, row * components, components);
        }
        return cut;
    }
}
