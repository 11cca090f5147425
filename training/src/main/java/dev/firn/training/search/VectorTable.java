package dev.firn.training.search;

import static java.util.Objects.requireNonNull;

import dev.firn.training.model.Truncation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Read-only vectors, row by row, in memory or in a mapped file ({@link VectorFile}), so that a table may be larger than
 * the heap. Safe for use by several threads.
 */
public final class VectorTable {
    private final MemorySegment values;
    private final int rows;
    /** Components of a stored vector. */
    private final int stride;
    /** Components of a vector as it is given out; fewer than stored ones when truncated. */
    private final int dimension;
    /** Ascending row numbers by position; null when row numbers are positions. */
    private final int[] rowNumbers;

    VectorTable(MemorySegment values, int rows, int dimension) {
        this(values, rows, dimension, dimension, null);
        if (dimension < 1 || rows < 0 || values.byteSize() != (long) rows * dimension * Float.BYTES) {
            throw new IllegalArgumentException(
                    "%d bytes do not hold %d rows of %d floats".formatted(values.byteSize(), rows, dimension));
        }
    }

    private VectorTable(MemorySegment values, int rows, int stride, int dimension, int[] rowNumbers) {
        this.values = requireNonNull(values, "values is null");
        this.rows = rows;
        this.stride = stride;
        this.dimension = dimension;
        this.rowNumbers = rowNumbers;
    }

    /** Wraps {@code values}, {@code [rows, dimension]} row by row, without copying. */
    public static VectorTable of(float[] values, int dimension) {
        requireNonNull(values, "values is null");
        if (dimension < 1 || values.length % dimension != 0) {
            throw new IllegalArgumentException("%d floats are no rows of %d".formatted(values.length, dimension));
        }
        return new VectorTable(MemorySegment.ofArray(values), values.length / dimension, dimension);
    }

    /**
     * Returns the same vectors under other row numbers: for a table that holds a selection of the rows of a larger one.
     *
     * @param numbers the number of each row, ascending; the array is copied
     */
    public VectorTable numbered(int[] numbers) {
        if (rowNumbers != null) {
            throw new IllegalStateException("the rows are numbered already");
        }
        if (numbers.length != rows) {
            throw new IllegalArgumentException("%d numbers for %d rows".formatted(numbers.length, rows));
        }
        for (int i = 1; i < numbers.length; i++) {
            if (numbers[i] <= numbers[i - 1]) {
                throw new IllegalArgumentException("the row numbers are not ascending");
            }
        }
        return new VectorTable(values, rows, stride, dimension, numbers.clone());
    }

    /**
     * Returns the same vectors cut to their first components, each brought to length 1 again (Matryoshka).
     *
     * @param components at least 1 and at most {@link #dimension()}; with the dimension itself, nothing changes
     */
    public VectorTable truncated(int components) {
        if (components < 1 || components > dimension) {
            throw new IllegalArgumentException(
                    "components must be between 1 and %d, is %d".formatted(dimension, components));
        }
        return new VectorTable(values, rows, stride, components, rowNumbers);
    }

    /** Returns how many vectors there are. */
    public int rows() {
        return rows;
    }

    /** Returns how many components a vector has. */
    public int dimension() {
        return dimension;
    }

    /** Returns the numbers of all rows, ascending. */
    public int[] rowNumbers() {
        return rowNumbers == null ? IntStream.range(0, rows).toArray() : rowNumbers.clone();
    }

    /**
     * Copies one row to {@code target}, from {@code offset} on.
     *
     * @throws IndexOutOfBoundsException when there is no such row
     */
    public void copy(int row, float[] target, int offset) {
        MemorySegment.copy(values, ValueLayout.JAVA_FLOAT_UNALIGNED, start(row), target, offset, dimension);
        if (dimension < stride) {
            Truncation.normalise(target, offset, dimension);
        }
    }

    /** Copies one row to {@code target}, from the byte {@code targetPosition} on. */
    void copy(int row, MemorySegment target, long targetPosition) {
        if (dimension == stride) {
            MemorySegment.copy(values, start(row), target, targetPosition, (long) dimension * Float.BYTES);
        } else {
            float[] cut = new float[dimension];
            copy(row, cut, 0);
            MemorySegment.copy(cut, 0, target, ValueLayout.JAVA_FLOAT_UNALIGNED, targetPosition, dimension);
        }
    }

    private long start(int row) {
        int position = row;
        if (rowNumbers != null) {
            position = Arrays.binarySearch(rowNumbers, row);
            if (position < 0) {
                throw new IndexOutOfBoundsException("the table has no row " + row);
            }
        }
        Objects.checkIndex(position, rows);
        return (long) position * stride * Float.BYTES;
    }
}
