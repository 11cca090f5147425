package dev.firn.training.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Numbers in files, the lowest byte first, and such files mapped into memory. */
final class LittleEndian {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    static OutputStream create(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        return new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
    }

    static void writeShort(OutputStream stream, int value) throws IOException {
        stream.write(value);
        stream.write(value >>> 8);
    }

    static void writeInt(OutputStream stream, int value) throws IOException {
        writeShort(stream, value);
        writeShort(stream, value >>> 16);
    }

    static void writeLong(OutputStream stream, long value) throws IOException {
        writeInt(stream, (int) value);
        writeInt(stream, (int) (value >>> 32));
    }

    static MemorySegment map(Path file, Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }
}
