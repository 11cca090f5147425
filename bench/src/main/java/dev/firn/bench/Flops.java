package dev.firn.bench;

import dev.firn.training.encoder.EncoderConfiguration;

/**
 * Floating point operations of an encoder: the matrix products alone, over real tokens alone. Padding is not counted as work, nor is
 * what is computed twice.
 */
final class Flops {
    private Flops() {}

    /** Of one forward pass over sequences of these lengths. */
    static double forward(EncoderConfiguration configuration, int[][] texts) {
        double hidden = configuration.hidden();
        double weights = 4 * hidden * hidden + 2 * hidden * configuration.intermediate();
        double operations = 0;
        for (int[] text : texts) {
            double tokens = text.length;
            operations += 2 * tokens * weights + 4 * tokens * tokens * hidden;
        }
        return operations * configuration.layers();
    }

    /** Of forward and backward passes over all columns of all steps: three times the forward pass. */
    static double training(EncoderConfiguration configuration, int[][][][] steps) {
        double operations = 0;
        for (int[][][] step : steps) {
            for (int[][] column : step) {
                operations += 3 * forward(configuration, column);
            }
        }
        return operations;
    }
}
