package dev.firn.training.search;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Vectors in a file, in NumPy's format ({@code .npy}, version 1.0, little-endian 32-bit floats, C order, two axes), so that
 * {@code numpy.load(file, mmap_mode="r")} reads it too. The header is always 128 bytes.
 */
public final class VectorFile {
    private static final int HEADER_BYTES = 128;
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    private static final Pattern DICTIONARY = Pattern.compile(
            "\\{'descr': '<f4', 'fortran_order': False, 'shape': \\((\\d{1,10}), (\\d{1,10})\\), \\} *\n");

    private VectorFile() {}

    /**
     * Maps a file; it must not change or shrink while the arena is open.
     *
     * @throws IOException when the file is no such file, or its length does not fit its header
     */
    public static VectorTable map(Path file, Arena arena) throws IOException {
        requireNonNull(arena, "arena is null");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            while (header.hasRemaining() && channel.read(header) >= 0) {}
            if (header.hasRemaining()) {
                throw new IOException(file + ": too short for a vector file");
            }
            header.flip();
            for (byte expected : MAGIC) {
                if (header.get() != expected) {
                    throw new IOException(file + ": not a NumPy file of version 1.0");
                }
            }
            int length = Short.toUnsignedInt(header.getShort());
            if (length != HEADER_BYTES - MAGIC.length - Short.BYTES) {
                throw new IOException(file + ": a header of %d bytes is not supported".formatted(length));
            }
            Matcher dictionary = DICTIONARY.matcher(StandardCharsets.ISO_8859_1.decode(header));
            if (!dictionary.matches()) {
                throw new IOException(file + ": not two-dimensional little-endian 32-bit floats in C order");
            }
            long rows = Long.parseLong(dictionary.group(1));
            long dimension = Long.parseLong(dictionary.group(2));
            long bytes = channel.size() - HEADER_BYTES;
            if (rows > Integer.MAX_VALUE
                    || dimension < 1
                    || dimension > Integer.MAX_VALUE
                    || bytes / Float.BYTES / dimension != rows
                    || bytes != rows * dimension * Float.BYTES) {
                throw new IOException(
                        file + ": %d bytes do not hold %d rows of %d floats".formatted(bytes, rows, dimension));
            }
            MemorySegment values = channel.map(FileChannel.MapMode.READ_ONLY, HEADER_BYTES, bytes, arena);
            return new VectorTable(values, (int) rows, (int) dimension);
        }
    }

    /**
     * Writes the vectors of several files to one, in the order of the files; without a file, it has no vectors.
     *
     * @param target is written anew
     * @param dimension components of each vector
     * @throws IOException when a file is no such file, or its vectors have another number of components
     */
    public static void concatenate(Path target, List<Path> parts, int dimension) throws IOException {
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(
                        target,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            long rows = 0;
            for (Path part : parts) {
                VectorTable table = map(part, arena);
                if (table.dimension() != dimension) {
                    throw new IOException(
                            part + ": vectors of %d components, not %d".formatted(table.dimension(), dimension));
                }
                rows += table.rows();
            }
            ByteBuffer header = header(Math.toIntExact(rows), dimension);
            while (header.hasRemaining()) {
                channel.write(header);
            }
            for (Path part : parts) {
                try (FileChannel source = FileChannel.open(part, StandardOpenOption.READ)) {
                    long position = HEADER_BYTES;
                    while (position < source.size()) {
                        position += source.transferTo(position, source.size() - position, channel);
                    }
                }
            }
        }
    }

    /** Returns the 128 bytes at the beginning of a file of so many vectors. */
    static ByteBuffer header(int rows, int dimension) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.put(MAGIC);
        header.putShort((short) (HEADER_BYTES - MAGIC.length - Short.BYTES));
        String dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }".formatted(rows, dimension);
        header.put(dictionary.getBytes(StandardCharsets.ISO_8859_1));
        while (header.position() < HEADER_BYTES - 1) {
            header.put((byte) ' ');
        }
        header.put((byte) '\n');
        return header.flip();
    }

    /** Returns where the vectors begin, in bytes. */
    static long start() {
        return HEADER_BYTES;
    }
}
