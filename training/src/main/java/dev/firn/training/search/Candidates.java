package dev.firn.training.search;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The documents that may be among the best {@code depth} of a query, by products that are a little off: those whose product is
 * not surely below that of {@code depth} others. Room for four times the depth, more where many are nearly equal.
 *
 * <p>What is surely below is found out when there is no room left, in one go: to know the best at all times takes longer than to
 * keep some documents too many for a while.
 */
final class Candidates {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_256;
    /** While documents are added, one for so many of the depth may stay that need not. */
    private static final int SLACK = 8;

    private final int depth;
    private float[] values;
    private int[] positions;
    private int size;
    /** Of {@code depth} products, all are at least this large. */
    private float reached = Float.NEGATIVE_INFINITY;

    /** For the best {@code depth}, at least 1. */
    Candidates(int depth) {
        this.depth = depth;
        this.values = new float[Math.multiplyExact(depth, 4)];
        this.positions = new int[values.length];
    }

    int size() {
        return size;
    }

    /** Positions of the documents, the first {@link #size()}; not a copy. */
    int[] positions() {
        return positions;
    }

    /** Their products, or what has taken their places; not a copy. */
    float[] values() {
        return values;
    }

    /** The product below which a document is of no interest; −∞ as long as there are few. */
    private float cut(double error) {
        return reached == Float.NEGATIVE_INFINITY ? reached : Math.nextDown((float) (reached - 2 * error));
    }

    /**
     * Adds those of a row of documents that are of interest.
     *
     * @param firstPosition of the first document of the row
     * @param error how far any product until now can be from its score
     */
    void add(Products row, int firstPosition, double error) {
        float cut = cut(error);
        int index = 0;
        for (; index + Products.TOGETHER <= row.length(); index += Products.TOGETHER) {
            int found = row.atLeast(index, cut);
            while (found != 0) {
                int next = index + Integer.numberOfTrailingZeros(found);
                found &= found - 1;
                if (add(row.get(next), firstPosition + next, error)) {
                    cut = cut(error);
                }
            }
        }
        for (; index < row.length(); index++) {
            if (row.get(index) >= cut && add(row.get(index), firstPosition + index, error)) {
                cut = cut(error);
            }
        }
    }

    /** Adds a document, and tells whether the cut has changed. */
    private boolean add(float product, int position, double error) {
        boolean full = size == values.length;
        if (full) {
            narrow(error, depth / SLACK);
            if (size > values.length / 4 * 3) {
                values = Arrays.copyOf(values, Math.multiplyExact(values.length, 2));
                positions = Arrays.copyOf(positions, values.length);
            }
        }
        values[size] = product;
        positions[size++] = position;
        return full;
    }

    /** Leaves out the documents that are surely below {@code depth} others. */
    void narrow(double error) {
        narrow(error, 0);
    }

    private void narrow(double error, int slack) {
        if (size < depth) {
            return;
        }
        reached = Math.max(reached, reachedBy(slack));
        float cut = cut(error);
        int kept = 0;
        for (int i = 0; i < size; i++) {
            values[kept] = values[i];
            positions[kept] = positions[i];
            kept += values[i] >= cut ? 1 : 0;
        }
        size = kept;
    }

    void clear() {
        size = 0;
        reached = Float.NEGATIVE_INFINITY;
    }

    /** A number that at least {@code depth} values reach; and, where values differ enough, at most {@code slack} others. */
    private float reachedBy(int slack) {
        float low = values[0];
        float high = values[0];
        for (int i = 1; i < size; i++) {
            low = Math.min(low, values[i]);
            high = Math.max(high, values[i]);
        }
        // Passes without branches, where sorting has one for each value. Among equal values the middle is an end: low
        // holds still
        for (int pass = 0; pass < Float.SIZE; pass++) {
            float middle = low + (high - low) / 2;
            if (middle <= low || middle >= high) {
                break;
            }
            int count = countAtLeast(middle);
            if (count < depth) {
                high = middle;
            } else {
                low = middle;
                if (count <= depth + slack) {
                    break;
                }
            }
        }
        return low;
    }

    private int countAtLeast(float lowest) {
        int count = 0;
        int i = 0;
        for (; i + SPECIES.length() <= size; i += SPECIES.length()) {
            count += FloatVector.fromArray(SPECIES, values, i)
                    .compare(VectorOperators.GE, lowest)
                    .trueCount();
        }
        for (; i < size; i++) {
            count += values[i] >= lowest ? 1 : 0;
        }
        return count;
    }
}
