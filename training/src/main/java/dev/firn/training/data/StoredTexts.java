package dev.firn.training.data;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/** Texts written to a file one after the other, then read as a list that lies in the file. */
final class StoredTexts implements AutoCloseable {
    private final Path textFile;
    private final Path offsetFile;
    private final OutputStream texts;
    private final OutputStream offsets;
    private long position;

    /** Writes beside the file, too, where each text begins. */
    StoredTexts(Path file) throws IOException {
        textFile = file;
        offsetFile = file.resolveSibling(file.getFileName() + ".offsets");
        texts = LittleEndian.create(textFile);
        offsets = LittleEndian.create(offsetFile);
        LittleEndian.writeLong(offsets, 0);
    }

    void add(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        texts.write(bytes);
        position += bytes.length;
        LittleEndian.writeLong(offsets, position);
    }

    /** All texts, after {@link #close}; good while the arena is open. */
    List<String> map(Arena arena) throws IOException {
        return new Mapped(LittleEndian.map(textFile, arena), LittleEndian.map(offsetFile, arena));
    }

    @Override
    public void close() throws IOException {
        try (texts;
                offsets) {
            texts.flush();
        }
    }

    private static final class Mapped extends AbstractList<String> implements RandomAccess {
        private final MemorySegment texts;
        private final MemorySegment offsets;

        private Mapped(MemorySegment texts, MemorySegment offsets) {
            this.texts = texts;
            this.offsets = offsets;
        }

        @Override
        public String get(int index) {
            Objects.checkIndex(index, size());
            long start = offsets.getAtIndex(LittleEndian.LONG, index);
            long end = offsets.getAtIndex(LittleEndian.LONG, index + 1L);
            return new String(texts.asSlice(start, end - start).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        }

        @Override
        public int size() {
            return Math.toIntExact(offsets.byteSize() / Long.BYTES - 1);
        }
    }
}
