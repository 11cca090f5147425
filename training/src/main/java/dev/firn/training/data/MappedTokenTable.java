package dev.firn.training.data;

import dev.firn.training.batch.TokenTable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Objects;

/** A table of {@link TokenTableWriter}, mapped into memory. */
final class MappedTokenTable implements TokenTable {
    private final MemorySegment tokens;
    private final MemorySegment offsets;
    private final int rows;

    MappedTokenTable(Path folder, String table, Arena arena) throws IOException {
        tokens = LittleEndian.map(DatasetFiles.tokenFile(folder, table, "tokens"), arena);
        offsets = LittleEndian.map(DatasetFiles.tokenFile(folder, table, "offsets"), arena);
        rows = Math.toIntExact(offsets.byteSize() / Long.BYTES - 1);
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int length(int row) {
        Objects.checkIndex(row, rows);
        return (int) (start(row + 1L) - start(row));
    }

    @Override
    public void copy(int row, int length, int[] target, int offset) {
        int whole = length(row);
        if (length < 1 || length > whole) {
            throw new IllegalArgumentException(
                    "length must be from 1 to " + whole + " in row " + row + ", is " + length);
        }
        long start = start(row);
        MemorySegment.copy(tokens, LittleEndian.INT, start * Integer.BYTES, target, offset, length - 1);
        target[offset + length - 1] = tokens.getAtIndex(LittleEndian.INT, start + whole - 1);
    }

    private long start(long row) {
        return offsets.getAtIndex(LittleEndian.LONG, row);
    }
}
