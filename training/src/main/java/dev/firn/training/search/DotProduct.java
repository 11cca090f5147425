package dev.firn.training.search;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The score of two vectors: their dot product, summed in 64-bit floats in a fixed order and rounded to a 32-bit float once.
 * A product of two 32-bit floats is exact in 64 bits, so that the sum is off by parts in 10¹⁵ only.
 */
final class DotProduct {
    /** Vectors that are scored at once. */
    static final int TOGETHER = 4;

    /** Half the distance from 1 to the next 32-bit float: the largest relative error of one rounding. */
    private static final double UNIT = 0x1p-24;

    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_128;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_256;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private DotProduct() {}

    /** Returns the rounded dot product; offsets count floats. */
    static float score(MemorySegment left, long leftOffset, MemorySegment right, long rightOffset, int length) {
        return (float) sum(left, leftOffset, right, rightOffset, length);
    }

    /** Returns the dot product in 64 bits: four interleaved sums, a lane each, added pairwise. */
    static double sum(MemorySegment left, long leftOffset, MemorySegment right, long rightOffset, int length) {
        DoubleVector sums = DoubleVector.zero(DOUBLES);
        int i = 0;
        for (; i + 3 < length; i += 4) {
            // The product of two floats is exact in 64 bits, so fusing it with the addition changes no bit
            sums = doubles(left, leftOffset + i).fma(doubles(right, rightOffset + i), sums);
        }
        return total(sums, left, leftOffset, right, rightOffset, i, length);
    }

    /**
     * As {@link #score} with {@value #TOGETHER} vectors that follow one another: their sums do not wait for each other.
     *
     * @param scores is given the scores
     */
    static void score(
            MemorySegment left, long leftOffset, MemorySegment right, long rightOffset, int length, float[] scores) {
        DoubleVector first = DoubleVector.zero(DOUBLES);
        DoubleVector second = DoubleVector.zero(DOUBLES);
        DoubleVector third = DoubleVector.zero(DOUBLES);
        DoubleVector fourth = DoubleVector.zero(DOUBLES);
        int i = 0;
        for (; i + 3 < length; i += 4) {
            DoubleVector common = doubles(left, leftOffset + i);
            long place = rightOffset + i;
            first = common.fma(doubles(right, place), first);
            second = common.fma(doubles(right, place + length), second);
            third = common.fma(doubles(right, place + 2L * length), third);
            fourth = common.fma(doubles(right, place + 3L * length), fourth);
        }
        scores[0] = (float) total(first, left, leftOffset, right, rightOffset, i, length);
        scores[1] = (float) total(second, left, leftOffset, right, rightOffset + length, i, length);
        scores[2] = (float) total(third, left, leftOffset, right, rightOffset + 2L * length, i, length);
        scores[3] = (float) total(fourth, left, leftOffset, right, rightOffset + 3L * length, i, length);
    }

    /** Adds the lanes and what is left from {@code from} on. */
    private static double total(
            DoubleVector sums,
            MemorySegment left,
            long leftOffset,
            MemorySegment right,
            long rightOffset,
            int from,
            int length) {
        double first = sums.lane(0);
        for (int i = from; i < length; i++) {
            first += product(left, leftOffset + i, right, rightOffset + i);
        }
        return (first + sums.lane(1)) + (sums.lane(2) + sums.lane(3));
    }

    private static DoubleVector doubles(MemorySegment values, long index) {
        return (DoubleVector) FloatVector.fromMemorySegment(FLOATS, values, index * Float.BYTES, ORDER)
                .convertShape(VectorOperators.F2D, DOUBLES, 0);
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
