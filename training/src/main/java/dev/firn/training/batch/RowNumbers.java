package dev.firn.training.batch;

import java.util.Arrays;
import java.util.Objects;

/** A run of numbers of rows. Reused from step to step, without a new array: {@link #clear()}, then add. */
public final class RowNumbers {
    private int[] numbers = new int[64];
    private int size;

    /** Takes all numbers out. */
    public void clear() {
        size = 0;
    }

    /** Adds a number at the end. */
    public void add(int number) {
        if (size == numbers.length) {
            numbers = Arrays.copyOf(numbers, 2 * size);
        }
        numbers[size] = number;
        size++;
    }

    /** How many there are. */
    public int size() {
        return size;
    }

    /**
     * The number at a place.
     *
     * @throws IndexOutOfBoundsException when there is no such place
     */
    public int get(int place) {
        return numbers[Objects.checkIndex(place, size)];
    }

    /** The numbers themselves, not a copy; valid up to {@link #size()} until the next change. */
    public int[] array() {
        return numbers;
    }
}
