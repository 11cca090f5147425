package dev.firn.training.data;

import dev.firn.training.data.RecordReader.WrongRecordException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;

/** Texts found again by their ids. Texts lie in a file; a digest and a number of each id are on the heap. */
final class TextsById implements AutoCloseable {
    private final DigestIndex ids = new DigestIndex();
    private final StoredTexts texts;
    private List<String> stored = List.of();

    TextsById(Path file) throws IOException {
        texts = new StoredTexts(file);
    }

    void add(String id, String text) throws IOException, WrongRecordException {
        if (ids.add(TextDigest.of(id)) != DigestIndex.ABSENT) {
            throw new WrongRecordException("the id " + id + " is taken by an earlier record");
        }
        texts.add(text);
    }

    /** Ends adding; then texts can be found while the arena is open. */
    void finish(Arena arena) throws IOException {
        texts.close();
        stored = texts.map(arena);
    }

    /** The text of an id. */
    String of(String id, String what) throws WrongRecordException {
        int row = ids.find(TextDigest.of(id));
        if (row == DigestIndex.ABSENT) {
            throw new WrongRecordException("there is no " + what + " " + id);
        }
        return stored.get(row);
    }

    @Override
    public void close() throws IOException {
        texts.close();
    }
}
