package dev.firn.training.tokenizer;

import java.nio.file.Path;
import java.util.List;

/** A {@code tokenizer.json} of the Hugging Face tokenizers library. Safe for use by several threads. */
@SuppressWarnings("DoNotCallSuggester")
public final class Tokenizer implements AutoCloseable {
    private Tokenizer() {}

    /**
     * Opens a folder with {@code tokenizer.json} and, when present, {@code tokenizer_config.json}, whose
     * {@code model_max_length} is the maximum length.
     *
     * @throws InvalidTokenizerException when it cannot be read or lacks a special token
     */
    public static Tokenizer open(Path folder) {
        throw new UnsupportedOperationException("written next: " + folder);
    }

    /** The same with another maximum length. */
    public static Tokenizer open(Path folder, int maximumLength) {
        throw new UnsupportedOperationException("written next: " + folder + maximumLength);
    }

    /** The ids of a text with its special tokens, cut at the maximum length with the closing token kept. */
    public int[] encode(String text) {
        throw new UnsupportedOperationException("written next: " + text);
    }

    /** The ids of several texts; the same as one by one. */
    public int[][] encode(List<String> texts) {
        throw new UnsupportedOperationException("written next: " + texts);
    }

    /** The text of ids, without special tokens. */
    public String decode(int[] ids) {
        throw new UnsupportedOperationException("written next: " + ids.length);
    }

    /** Number of ids: the largest id plus one. */
    public int vocabularySize() {
        throw new UnsupportedOperationException("written next");
    }

    /** Tokens of the longest sequence, special tokens included. */
    public int maximumLength() {
        throw new UnsupportedOperationException("written next");
    }

    public SpecialTokens specialTokens() {
        throw new UnsupportedOperationException("written next");
    }

    /** Lower-case hex SHA-256 of tokenizer.json and the maximum length: equal definitions give equal ids. */
    public String definition() {
        throw new UnsupportedOperationException("written next");
    }

    @Override
    public void close() {}
}
