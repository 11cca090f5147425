package dev.firn.training.search;

import dev.firn.training.kernels.Tensor;
import java.lang.foreign.MemorySegment;

/** Some rows of a table, gathered where matrix products can read them. */
final class VectorBlock implements AutoCloseable {
    /** Products of shorter vectors cannot overflow. */
    private static final double LONGEST = 1e18;

    private final Tensor values;
    private final int capacity;
    private final int dimension;
    private int rows;

    VectorBlock(int capacity, int dimension) {
        this.capacity = capacity;
        this.dimension = dimension;
        this.values = Tensor.zeros(capacity, dimension);
    }

    /**
     * Fills the block with the rows {@code numbers[from]} to {@code numbers[to - 1]}.
     *
     * @param lengths is given the Euclidean length of each row
     * @throws IllegalArgumentException when a component is infinite or not a number
     */
    void load(VectorTable table, int[] numbers, int from, int to, double[] lengths) {
        if (to - from > capacity) {
            throw new IllegalArgumentException("%d rows do not fit into %d".formatted(to - from, capacity));
        }
        rows = to - from;
        for (int i = 0; i < rows; i++) {
            table.copy(numbers[from + i], values.segment(), (long) i * dimension * Float.BYTES);
            double length = Math.sqrt(DotProduct.sum(
                    values.segment(), (long) i * dimension, values.segment(), (long) i * dimension, dimension));
            if (!(length <= LONGEST)) {
                throw new IllegalArgumentException(
                        "the vector of row %d has components that are infinite, not numbers or too large"
                                .formatted(numbers[from + i]));
            }
            lengths[i] = length;
        }
    }

    Tensor values() {
        return values;
    }

    MemorySegment segment() {
        return values.segment();
    }

    int rows() {
        return rows;
    }

    /** Returns the score of a row of this block and a row of another. */
    float score(int row, VectorBlock other, int otherRow) {
        return DotProduct.score(
                values.segment(),
                (long) row * dimension,
                other.values.segment(),
                (long) otherRow * dimension,
                dimension);
    }

    @Override
    public void close() {
        values.close();
    }
}
