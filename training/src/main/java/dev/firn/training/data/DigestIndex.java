package dev.firn.training.data;

/** Numbers for digests, in the order of their arrival, in flat arrays: 20 bytes a slot, at most two thirds filled. */
final class DigestIndex {
    static final int ABSENT = -1;

    private static final int MOST_SLOTS = 1 << 30;
    private static final int MOST = MOST_SLOTS / 10 * 9;

    private long[] high = new long[1024];
    private long[] low = new long[1024];
    private int[] numbers = new int[1024];
    private int size;

    int size() {
        return size;
    }

    boolean contains(TextDigest digest) {
        return numbers[slot(high, low, numbers, digest.high(), digest.low())] != 0;
    }

    /** The number of a digest, or -1. */
    int find(TextDigest digest) {
        return numbers[slot(high, low, numbers, digest.high(), digest.low())] - 1;
    }

    /** Gives a digest the next number; -1 when it is new, else the number that it has. */
    int add(TextDigest digest) {
        int slot = slot(high, low, numbers, digest.high(), digest.low());
        if (numbers[slot] != 0) {
            return numbers[slot] - 1;
        }
        if (size == MOST) {
            throw new IllegalStateException("more than " + MOST + " different texts or pairs in one table");
        }
        size++;
        high[slot] = digest.high();
        low[slot] = digest.low();
        // 0 stands for an empty slot
        numbers[slot] = size;
        if (size > numbers.length / 3L * 2) {
            grow();
        }
        return ABSENT;
    }

    private void grow() {
        if (numbers.length >= MOST_SLOTS) {
            return;
        }
        int capacity = numbers.length * 2;
        long[] newHigh = new long[capacity];
        long[] newLow = new long[capacity];
        int[] newNumbers = new int[capacity];
        for (int old = 0; old < numbers.length; old++) {
            if (numbers[old] != 0) {
                int slot = slot(newHigh, newLow, newNumbers, high[old], low[old]);
                newHigh[slot] = high[old];
                newLow[slot] = low[old];
                newNumbers[slot] = numbers[old];
            }
        }
        high = newHigh;
        low = newLow;
        numbers = newNumbers;
    }

    private static int slot(long[] high, long[] low, int[] numbers, long wantedHigh, long wantedLow) {
        int mask = numbers.length - 1;
        int slot = (int) wantedHigh & mask;
        while (numbers[slot] != 0 && (high[slot] != wantedHigh || low[slot] != wantedLow)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
