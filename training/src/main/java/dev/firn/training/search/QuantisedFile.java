package dev.firn.training.search;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Writes what quantised vectors stand for to a {@link VectorFile}, so that they are searched as any others: quality is that of the
 * codes, the file is as large as with 32-bit floats.
 *
 * <p>Memory: a few vectors and {@value #ROWS_AT_ONCE} rows. Two passes over the table.
 */
public final class QuantisedFile {
    private static final int ROWS_AT_ONCE = 256;

    private final Quantisation quantisation;

    public QuantisedFile(Quantisation quantisation) {
        this.quantisation = requireNonNull(quantisation, "quantisation is null");
        if (quantisation == Quantisation.NONE) {
            throw new IllegalArgumentException("32-bit floats are not quantised");
        }
    }

    /**
     * Quantises all vectors of a table.
     *
     * @param vectors truncated or not; rows are numbered from 0
     * @param file is written anew
     */
    public void write(VectorTable vectors, Path file) throws IOException {
        int dimension = vectors.dimension();
        float[] low = new float[dimension];
        float[] high = new float[dimension];
        range(vectors, low, high);
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(ROWS_AT_ONCE * Float.BYTES, dimension))
                .order(ByteOrder.LITTLE_ENDIAN);
        float[] row = new float[dimension];
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            write(channel, VectorFile.header(vectors.rows(), dimension));
            for (int i = 0; i < vectors.rows(); i++) {
                vectors.copy(i, row, 0);
                for (int k = 0; k < dimension; k++) {
                    bytes.putFloat(value(row[k], low[k], high[k], dimension));
                }
                if (!bytes.hasRemaining() || i == vectors.rows() - 1) {
                    write(channel, bytes.flip());
                    bytes.clear();
                }
            }
        }
    }

    private static void range(VectorTable vectors, float[] low, float[] high) {
        Arrays.fill(low, Float.POSITIVE_INFINITY);
        Arrays.fill(high, Float.NEGATIVE_INFINITY);
        float[] row = new float[low.length];
        for (int i = 0; i < vectors.rows(); i++) {
            vectors.copy(i, row, 0);
            for (int k = 0; k < row.length; k++) {
                low[k] = Math.min(low[k], row[k]);
                high[k] = Math.max(high[k], row[k]);
            }
        }
    }

    /** What a component's code stands for. */
    float value(float component, float low, float high, int dimension) {
        return switch (quantisation) {
            case NONE -> component;
            case BINARY -> (float) ((component > 0 ? 1 : -1) / Math.sqrt(dimension));
            case EIGHT_BIT, FOUR_BIT -> {
                double step = ((double) high - low) / (quantisation.levels() - 1);
                yield step == 0 ? low : (float) (low + Math.rint((component - low) / step) * step);
            }
        };
    }

    private static void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
