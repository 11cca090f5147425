package dev.firn.training.search;

import dev.firn.training.kernels.ComputeContext;
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
    void load(VectorTable table, int[] numbers, int from, int to, double[] lengths, ComputeContext context) {
        if (to - from > capacity) {
            throw new IllegalArgumentException("%d rows do not fit into %d".formatted(to - from, capacity));
        }
        rows = to - from;
        context.parallel(part -> {
            MemorySegment target = values.segment();
            int last = (int) context.split(rows, part + 1);
            for (int i = (int) context.split(rows, part); i < last; i++) {
                long start = (long) i * dimension;
                table.copy(numbers[from + i], target, start * Float.BYTES);
                lengths[i] = Math.sqrt(DotProduct.sum(target, start, target, start, dimension));
            }
        });
        for (int i = 0; i < rows; i++) {
            if (!(lengths[i] <= LONGEST)) {
                throw new IllegalArgumentException(
                        "the vector of row %d has components that are infinite, not numbers or too large"
                                .formatted(numbers[from + i]));
            }
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
