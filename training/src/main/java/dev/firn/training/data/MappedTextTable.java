package dev.firn.training.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A table of {@link TextTableWriter}, mapped into memory. */
final class MappedTextTable implements TextTable {
    private final MemorySegment texts;
    private final MemorySegment offsets;
    private final MemorySegment languageNumbers;
    private final List<String> languages;
    private final int rows;

    MappedTextTable(Path folder, String table, Arena arena) throws IOException {
        texts = LittleEndian.map(DatasetFiles.textFile(folder, table, "text"), arena);
        offsets = LittleEndian.map(DatasetFiles.textFile(folder, table, "offsets"), arena);
        languageNumbers = LittleEndian.map(DatasetFiles.textFile(folder, table, "language"), arena);
        languages = Files.readAllLines(DatasetFiles.textFile(folder, table, "languages"));
        rows = Math.toIntExact(offsets.byteSize() / Long.BYTES - 1);
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public String text(int row) {
        Objects.checkIndex(row, rows);
        long start = offsets.getAtIndex(LittleEndian.LONG, row);
        long end = offsets.getAtIndex(LittleEndian.LONG, row + 1L);
        return new String(texts.asSlice(start, end - start).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    @Override
    public String language(int row) {
        Objects.checkIndex(row, rows);
        return languages.get(Short.toUnsignedInt(languageNumbers.getAtIndex(LittleEndian.SHORT, row)));
    }

    @Override
    public List<String> texts(int from, int to) {
        Objects.checkFromToIndex(from, to, rows);
        List<String> range = new ArrayList<>(to - from);
        for (int row = from; row < to; row++) {
            range.add(text(row));
        }
        return range;
    }
}
