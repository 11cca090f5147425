package dev.firn.training.random;

import static java.util.Objects.requireNonNull;

/**
 * A random order of 0 to {@code size - 1} that is computed place by place and never held in memory: a Feistel network of four
 * rounds over the smallest square that holds the size, walked until it falls inside (Black and Rogaway 2002).
 */
public final class Permutation {
    private static final int ROUNDS = 4;

    private final CounterRandom random;
    private final long stream;
    private final long size;
    private final int halfBits;

    /**
     * @param stream which order, for instance the epoch (and the source in the high half)
     * @param size above 0
     */
    public Permutation(CounterRandom random, long stream, long size) {
        this.random = requireNonNull(random, "random is null");
        if (size <= 0 || size > 1L << 60) {
            throw new IllegalArgumentException("size must be above 0 and at most 2^60, is " + size);
        }
        this.stream = stream;
        this.size = size;
        int bits = 64 - Long.numberOfLeadingZeros(size - 1);
        this.halfBits = Math.max((bits + 1) / 2, 1);
    }

    /** What stands at a place of the order. */
    public long at(long place) {
        if (place < 0 || place >= size) {
            throw new IndexOutOfBoundsException("place " + place + " of an order of " + size);
        }
        long value = place;
        do {
            value = round(value);
        } while (value >= size);
        return value;
    }

    private long round(long value) {
        long mask = (1L << halfBits) - 1;
        long left = value >>> halfBits;
        long right = value & mask;
        for (int i = 0; i < ROUNDS; i++) {
            long next = left ^ (random.bits(stream, i, (int) right) & mask);
            left = right;
            right = next;
        }
        return left << halfBits | right;
    }
}
