package dev.firn.training.data;

import dev.firn.training.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.List;

/**
 * Writes the tokens of a text table: {@code .tokens} has 32-bit ids one after the other, {@code .offsets} 64-bit numbers
 * of where each row starts in them (and the end of the last).
 */
final class TokenTableWriter {
    private static final int ROWS_AT_ONCE = 1024;

    private final Path folder;
    private final Tokenizer tokenizer;
    private final int maximumLength;
    private final PreparationProgress progress;
    private final BitSet used = new BitSet();

    /**
     * A writer.
     *
     * @param tokenizer gives sequences of any length where {@link #used} is asked for: what is cut off counts there
     * @param maximumLength where sequences are cut
     */
    TokenTableWriter(Path folder, Tokenizer tokenizer, int maximumLength, PreparationProgress progress) {
        this.folder = folder;
        this.tokenizer = tokenizer;
        this.maximumLength = maximumLength;
        this.progress = progress;
    }

    /** Writes the tokens of a table's texts, each with a prefix before it, and says how many there are. */
    DatasetSummary.TableSummary write(String table, TextTable texts, long characters, String prefix)
            throws IOException {
        long tokens = 0;
        long longest = 0;
        long full = 0;
        try (OutputStream ids = LittleEndian.create(DatasetFiles.tokenFile(folder, table, "tokens"));
                OutputStream offsets = LittleEndian.create(DatasetFiles.tokenFile(folder, table, "offsets"))) {
            LittleEndian.writeLong(offsets, 0);
            for (int from = 0; from < texts.rows(); from += ROWS_AT_ONCE) {
                progress.report("tokens of " + table, from, texts.rows());
                int to = Math.min(texts.rows(), from + ROWS_AT_ONCE);
                List<String> prefixed =
                        texts.texts(from, to).stream().map(prefix::concat).toList();
                for (int[] whole : tokenizer.encode(prefixed)) {
                    for (int id : whole) {
                        used.set(id);
                    }
                    int[] row = Tokenizer.cut(whole, maximumLength);
                    for (int id : row) {
                        LittleEndian.writeInt(ids, id);
                    }
                    tokens += row.length;
                    longest = Math.max(longest, row.length);
                    full += row.length == maximumLength ? 1 : 0;
                    LittleEndian.writeLong(offsets, tokens);
                }
            }
        }
        return new DatasetSummary.TableSummary(texts.rows(), characters, tokens, longest, full);
    }

    /** The ids of all tokens so far. */
    BitSet used() {
        return used;
    }

    /**
     * Gives the tokens of a table that was written new numbers.
     *
     * @param kept the old number of each new one, rising; has every token of the table
     */
    static void renumber(Path folder, String table, int[] kept) throws IOException {
        int[] renumbered = new int[kept.length == 0 ? 0 : kept[kept.length - 1] + 1];
        for (int id = 0; id < kept.length; id++) {
            renumbered[kept[id]] = id;
        }
        Path file = DatasetFiles.tokenFile(folder, table, "tokens");
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MemorySegment tokens = channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), arena);
            for (long i = 0; i < tokens.byteSize() / Integer.BYTES; i++) {
                tokens.setAtIndex(LittleEndian.INT, i, renumbered[tokens.getAtIndex(LittleEndian.INT, i)]);
            }
            tokens.force();
        }
    }
}
