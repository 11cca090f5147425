package dev.firn.training.search;

import static java.util.Objects.requireNonNull;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * Read-only vectors, row by row, in memory or in a mapped file ({@link VectorFile}), so that a table may be larger than
 * the heap. Safe for use by several threads.
 */
public final class VectorTable {
    private final MemorySegment values;
    private final int rows;
    private final int dimension;

    VectorTable(MemorySegment values, int rows, int dimension) {
        this.values = requireNonNull(values, "values is null");
        this.rows = rows;
        this.dimension = dimension;
        if (dimension < 1 || rows < 0 || values.byteSize() != (long) rows * dimension * Float.BYTES) {
            throw new IllegalArgumentException(
                    "%d bytes do not hold %d rows of %d floats".formatted(values.byteSize(), rows, dimension));
        }
    }

    /** Wraps {@code values}, {@code [rows, dimension]} row by row, without copying. */
    public static VectorTable of(float[] values, int dimension) {
        requireNonNull(values, "values is null");
        if (dimension < 1 || values.length % dimension != 0) {
            throw new IllegalArgumentException("%d floats are no rows of %d".formatted(values.length, dimension));
        }
        return new VectorTable(MemorySegment.ofArray(values), values.length / dimension, dimension);
    }

    public int rows() {
        return rows;
    }

    public int dimension() {
        return dimension;
    }

    /** Copies one row to {@code target}, from {@code offset} on. */
    public void copy(int row, float[] target, int offset) {
        Objects.checkIndex(row, rows);
        MemorySegment.copy(values, ValueLayout.JAVA_FLOAT_UNALIGNED, position(row), target, offset, dimension);
    }

    /** Copies {@code count} rows from {@code firstRow} on to the beginning of {@code target}. */
    void copy(int firstRow, int count, MemorySegment target) {
        Objects.checkFromIndexSize(firstRow, count, rows);
        MemorySegment.copy(values, position(firstRow), target, 0, (long) count * dimension * Float.BYTES);
    }

    /** Copies one row to {@code target}, from the byte {@code targetPosition} on. */
    void copy(int row, MemorySegment target, long targetPosition) {
        Objects.checkIndex(row, rows);
        MemorySegment.copy(values, position(row), target, targetPosition, (long) dimension * Float.BYTES);
    }

    private long position(int row) {
        return (long) row * dimension * Float.BYTES;
    }
}
