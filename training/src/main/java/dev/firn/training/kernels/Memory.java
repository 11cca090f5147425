package dev.firn.training.kernels;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives out the memory of a computation and counts it.
 *
 * <p>One that only counts gives tensors without memory and arrays without elements: a training that is built with it, by the same
 * code, says what it would take. Safe for use by several threads.
 */
public final class Memory {
    private final boolean counting;
    private final AtomicLong taken = new AtomicLong();

    private Memory(boolean counting) {
        this.counting = counting;
    }

    /** Memory that can be used. */
    public static Memory real() {
        return new Memory(false);
    }

    /** Memory that is counted and not taken. */
    public static Memory counting() {
        return new Memory(true);
    }

    /** Whether what this gives can neither be read nor written. */
    public boolean isCounting() {
        return counting;
    }

    /** A new tensor of zeros, which its user closes. */
    public Tensor tensor(long rows, int columns) {
        taken.addAndGet(Math.multiplyExact(Math.multiplyExact(rows, columns), Float.BYTES));
        return counting ? Tensor.withoutMemory(rows, columns) : Tensor.zeros(rows, columns);
    }

    /** A new array of zeros. */
    public int[] integers(int length) {
        taken.addAndGet((long) length * Integer.BYTES);
        return new int[counting ? 0 : length];
    }

    /** Bytes given out so far; what was given back counts too. */
    public long taken() {
        return taken.get();
    }
}
