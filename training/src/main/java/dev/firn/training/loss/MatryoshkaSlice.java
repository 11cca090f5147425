package dev.firn.training.loss;

/**
 * One term of a Matryoshka loss (Kusupati et al. 2022): the loss of the first {@code dimensions} numbers of every vector,
 * normalised again, times {@code weight}.
 *
 * @param dimensions from 1 to the width of the encoder
 * @param weight above 0
 */
public record MatryoshkaSlice(int dimensions, double weight) {
    public MatryoshkaSlice {
        if (dimensions <= 0) {
            throw new IllegalArgumentException("dimensions must be above 0, is " + dimensions);
        }
        if (!(weight > 0) || Double.isInfinite(weight)) {
            throw new IllegalArgumentException("weight must be above 0, is " + weight);
        }
    }
}
