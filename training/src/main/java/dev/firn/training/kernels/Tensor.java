package dev.firn.training.kernels;

import static java.util.Objects.requireNonNull;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A row-major matrix of floats in memory that ND4J owns, seen both as an ND4J array and as the memory itself.
 *
 * <p>The memory begins at a multiple of 64 bytes. Views share the memory of the tensor they were made from and must not be used
 * after it was closed.
 */
public final class Tensor implements AutoCloseable {
    private static final int ALIGNMENT_BYTES = 64;

    private final INDArray owner;
    private final INDArray array;
    private final MemorySegment segment;
    private final long rows;
    private final int columns;
    private final boolean view;

    private Tensor(INDArray owner, INDArray array, MemorySegment segment, long rows, int columns, boolean view) {
        this.owner = owner;
        this.array = array;
        this.segment = segment;
        this.rows = rows;
        this.columns = columns;
        this.view = view;
    }

    @SuppressWarnings("restricted")
    private static MemorySegment memory(INDArray array, long rows, int columns) {
        return MemorySegment.ofAddress(array.data().address() + array.offset() * Float.BYTES)
                .reinterpret(rows * columns * Float.BYTES);
    }

    /** A new tensor of zeros. */
    public static Tensor zeros(long rows, int columns) {
        if (rows < 0 || columns < 0) {
            throw new IllegalArgumentException("a tensor cannot be " + rows + " x " + columns);
        }
        long length = Math.max(Math.multiplyExact(rows, columns), 1);
        INDArray owner = Nd4j.create(DataType.FLOAT, length + ALIGNMENT_BYTES / Float.BYTES);
        long skew = owner.data().address() % ALIGNMENT_BYTES;
        long offset = skew == 0 ? 0 : (ALIGNMENT_BYTES - skew) / Float.BYTES;
        INDArray array = Nd4j.create(
                owner.data(),
                new long[] {Math.max(rows, 1), Math.max(columns, 1)},
                new long[] {Math.max(columns, 1), 1},
                offset);
        return new Tensor(owner, array, memory(array, rows, columns), rows, columns, false);
    }

    /** A tensor that has a size only, and views; there is nothing to read, to write or to close. */
    static Tensor withoutMemory(long rows, int columns) {
        if (rows < 0 || columns < 0) {
            throw new IllegalArgumentException("a tensor cannot be " + rows + " x " + columns);
        }
        return new Tensor(null, null, MemorySegment.NULL, rows, columns, false);
    }

    /** A tensor with the given values, row by row. */
    public static Tensor of(int columns, float... values) {
        Tensor tensor = zeros(values.length / columns, columns);
        tensor.set(0, values);
        return tensor;
    }

    /** A view of {@code rows·columns} consecutive values from {@code offset} on. */
    public Tensor view(long offset, long rows, int columns) {
        if (offset < 0 || rows < 1 || columns < 1 || offset + rows * columns > length()) {
            throw new IllegalArgumentException(
                    "no view of " + rows + " x " + columns + " at " + offset + " in " + length() + " values");
        }
        if (owner == null) {
            return new Tensor(null, null, MemorySegment.NULL, rows, columns, true);
        }
        INDArray part =
                Nd4j.create(owner.data(), new long[] {rows, columns}, new long[] {columns, 1}, array.offset() + offset);
        return new Tensor(owner, part, memory(part, rows, columns), rows, columns, true);
    }

    /** The same memory as an ND4J array [rows, columns]. */
    public INDArray array() {
        return array;
    }

    /** The memory. */
    public MemorySegment segment() {
        return segment;
    }

    /** Address of the first value. */
    public long address() {
        return segment.address();
    }

    public long rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** Number of values. */
    public long length() {
        return rows * columns;
    }

    public float get(long index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    public void set(long index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }

    /** Sets consecutive values from {@code index} on. */
    public void set(long index, float[] values) {
        requireNonNull(values, "values is null");
        MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, index * Float.BYTES, values.length);
    }

    /** A copy of all values, row by row. */
    public float[] toArray() {
        return segment.toArray(ValueLayout.JAVA_FLOAT);
    }

    /** Frees the memory; nothing for a view. */
    @Override
    public void close() {
        if (!view && owner != null && owner.closeable()) {
            owner.close();
        }
    }
}
