package dev.firn.training.mining;

import static java.util.Objects.requireNonNull;

import java.nio.IntBuffer;
import java.util.Arrays;

/**
 * The different queries of a source in the order of their first pair, which is the order in which {@link HardNegativeMiner} gives
 * its results. Mining range by range of it gives the same as mining all at once.
 */
public final class QueryOrder {
    private final IntBuffer pairs;
    private final int[] numberOfQuery;
    private final int count;

    private QueryOrder(IntBuffer pairs, int[] numberOfQuery, int count) {
        this.pairs = requireNonNull(pairs, "pairs is null");
        this.numberOfQuery = numberOfQuery;
        this.count = count;
    }

    /**
     * Numbers the queries of some pairs.
     *
     * @param pairs query row and document row of each pair, from 0 to the buffer's limit; rows are not negative
     */
    public static QueryOrder of(IntBuffer pairs) {
        int highest = -1;
        for (int i = 0; i < pairs.limit(); i += 2) {
            highest = Math.max(highest, pairs.get(i));
        }
        int[] numbers = new int[highest + 1];
        Arrays.fill(numbers, -1);
        int count = 0;
        for (int i = 0; i < pairs.limit(); i += 2) {
            if (numbers[pairs.get(i)] < 0) {
                numbers[pairs.get(i)] = count++;
            }
        }
        return new QueryOrder(pairs, numbers, count);
    }

    /** Number of different queries. */
    public int count() {
        return count;
    }

    /** The pairs of the queries with the numbers from {@code first} to the one before {@code end}, in their order. */
    public IntBuffer pairs(int first, int end) {
        IntBuffer selected = IntBuffer.allocate(pairs.limit());
        for (int i = 0; i < pairs.limit(); i += 2) {
            int number = numberOfQuery[pairs.get(i)];
            if (number >= first && number < end) {
                selected.put(pairs.get(i)).put(pairs.get(i + 1));
            }
        }
        return selected.flip();
    }
}
