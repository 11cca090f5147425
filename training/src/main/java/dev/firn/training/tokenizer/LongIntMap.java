package dev.firn.training.tokenizer;

import java.util.Arrays;

/** A hash table from non-negative longs to ints without boxes; -1 stands for absent. Nothing is ever removed. */
final class LongIntMap {
    static final int ABSENT = -1;

    private long[] keys;
    private int[] values;
    private int size;

    LongIntMap(int expected) {
        int capacity = Integer.highestOneBit(Math.max(16, expected) * 2 - 1) << 1;
        keys = new long[capacity];
        Arrays.fill(keys, -1);
        values = new int[capacity];
    }

    int get(long key) {
        int slot = slot(keys, key);
        return keys[slot] == key ? values[slot] : ABSENT;
    }

    void put(long key, int value) {
        int slot = slot(keys, key);
        if (keys[slot] != key) {
            if (size * 2 >= keys.length) {
                grow();
                slot = slot(keys, key);
            }
            keys[slot] = key;
            size++;
        }
        values[slot] = value;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        Arrays.fill(keys, -1);
        values = new int[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] >= 0) {
                int slot = slot(keys, oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }

    private static int slot(long[] keys, long key) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        int mask = keys.length - 1;
        int slot = (int) (mixed >>> 32) & mask;
        while (keys[slot] >= 0 && keys[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
