package dev.firn.training.data;

import dev.firn.training.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes the tokens of a text table: {@code .tokens} has 32-bit ids one after the other, {@code .offsets} 64-bit numbers
 * of where each row starts in them (and the end of the last).
 */
final class TokenTableWriter {
    private static final int ROWS_AT_ONCE = 1024;

    private final Path folder;
    private final Tokenizer tokenizer;
    private final PreparationProgress progress;

    TokenTableWriter(Path folder, Tokenizer tokenizer, PreparationProgress progress) {
        this.folder = folder;
        this.tokenizer = tokenizer;
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
                for (int[] row : tokenizer.encode(prefixed)) {
                    for (int id : row) {
                        LittleEndian.writeInt(ids, id);
                    }
                    tokens += row.length;
                    longest = Math.max(longest, row.length);
                    full += row.length == tokenizer.maximumLength() ? 1 : 0;
                    LittleEndian.writeLong(offsets, tokens);
                }
            }
        }
        return new DatasetSummary.TableSummary(texts.rows(), characters, tokens, longest, full);
    }
}
