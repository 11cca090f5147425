package dev.firn.training.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes different texts to a table: {@code .text} has their UTF-8 one after the other, {@code .offsets} 64-bit where
 * each starts (and the end of the last), {@code .language} 16-bit numbers of lines of {@code .languages}.
 */
final class TextTableWriter implements AutoCloseable {
    private final DigestIndex rows = new DigestIndex();
    private final List<String> languages = new ArrayList<>();
    private final Path languageList;
    private final OutputStream texts;
    private final OutputStream offsets;
    private final OutputStream languageNumbers;
    private long position;
    private long characters;

    TextTableWriter(Path folder, String table) throws IOException {
        texts = LittleEndian.create(DatasetFiles.textFile(folder, table, "text"));
        offsets = LittleEndian.create(DatasetFiles.textFile(folder, table, "offsets"));
        languageNumbers = LittleEndian.create(DatasetFiles.textFile(folder, table, "language"));
        languageList = DatasetFiles.textFile(folder, table, "languages");
        LittleEndian.writeLong(offsets, 0);
    }

    /** The row of a text, which is added when it is new. */
    int add(LanguageText text) throws IOException {
        int known = rows.add(TextDigest.of(text.text()));
        if (known != DigestIndex.ABSENT) {
            return known;
        }
        byte[] bytes = text.text().getBytes(StandardCharsets.UTF_8);
        texts.write(bytes);
        position += bytes.length;
        characters += text.text().codePointCount(0, text.text().length());
        LittleEndian.writeLong(offsets, position);
        int language = languages.indexOf(text.language());
        if (language < 0) {
            language = languages.size();
            languages.add(text.language());
            if (language > Character.MAX_VALUE) {
                throw new IllegalStateException("more than 65,536 languages");
            }
        }
        LittleEndian.writeShort(languageNumbers, language);
        return rows.size() - 1;
    }

    int rows() {
        return rows.size();
    }

    /** Code points of all texts. */
    long characters() {
        return characters;
    }

    @Override
    public void close() throws IOException {
        try (texts;
                offsets;
                languageNumbers) {
            Files.write(languageList, languages);
        }
    }
}
