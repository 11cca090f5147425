package dev.firn.training.search;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The score of two vectors: their dot product, summed in 64-bit floats in a fixed order and rounded to a 32-bit float once.
 * A product of two 32-bit floats is exact in 64 bits, so that the sum is off by parts in 10¹⁵ only.
 */
final class DotProduct {
    /** Half the distance from 1 to the next 32-bit float: the largest relative error of one rounding. */
    private static final double UNIT = 0x1p-24;

    private DotProduct() {}

    /** Returns the rounded dot product; offsets count floats. */
    static float score(MemorySegment left, long leftOffset, MemorySegment right, long rightOffset, int length) {
        return (float) sum(left, leftOffset, right, rightOffset, length);
    }

    /** Returns the dot product in 64 bits: four interleaved sums, added pairwise. */
    static double sum(MemorySegment left, long leftOffset, MemorySegment right, long rightOffset, int length) {
        double first = 0;
        double second = 0;
        double third = 0;
        double fourth = 0;
        int i = 0;
        for (; i + 3 < length; i += 4) {
            first += product(left, leftOffset + i, right, rightOffset + i);
            second += product(left, leftOffset + i + 1, right, rightOffset + i + 1);
            third += product(left, leftOffset + i + 2, right, rightOffset + i + 2);
            fourth += product(left, leftOffset + i + 3, right, rightOffset + i + 3);
        }
        for (; i < length; i++) {
            first += product(left, leftOffset + i, right, rightOffset + i);
        }
        return (first + second) + (third + fourth);
    }

    /**
     * Returns how far a 32-bit dot product, whatever the order and grouping of its sum, can be from {@link #score}: γ(n)·‖a‖·‖b‖
     * with γ(n) = n·u / (1 − n·u) (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1), and the rounding of the
     * score, and what flushing numbers near zero may lose.
     *
     * @param lengths the product of the two vectors' Euclidean lengths, or something larger
     */
    static double error(int dimension, double lengths) {
        double terms = (dimension + 2) * UNIT;
        return 1.001 * terms / (1 - terms) * lengths + 4.0 * dimension * Float.MIN_NORMAL;
    }

    private static double product(MemorySegment left, long leftIndex, MemorySegment right, long rightIndex) {
        return (double) left.getAtIndex(ValueLayout.JAVA_FLOAT, leftIndex)
                * right.getAtIndex(ValueLayout.JAVA_FLOAT, rightIndex);
    }
}
