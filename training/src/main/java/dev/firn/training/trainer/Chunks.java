package dev.firn.training.trainer;

import dev.firn.training.batch.PackedBatch;

/** Cuts a batch into runs of sequences of a bounded number of tokens. */
final class Chunks {
    // An empty text is its opening and its closing token
    private static final int SHORTEST_TEXT = 2;

    private Chunks() {}

    /** A size that no chunk of a batch exceeds. */
    record Largest(int tokens, int sequences) {}

    /**
     * The largest chunk that may come of batches.
     *
     * @param tokens of the largest batch
     * @param texts of the batch with the most
     * @param longest tokens of the longest text, which is a chunk alone where it has more than {@code chunkTokens}
     */
    static Largest largest(long tokens, long texts, int longest, int chunkTokens) {
        int most = (int) Math.max(longest, Math.min(tokens, chunkTokens));
        return new Largest(most, (int) Math.min(texts, mostTexts(most)));
    }

    /** How many texts a number of tokens can be. */
    static long mostTexts(long tokens) {
        return Math.max(1, tokens / SHORTEST_TEXT);
    }

    /** The end of the chunk that begins at sequence {@code from}: at least one sequence, then as many as fit. */
    static int end(PackedBatch batch, int from, int chunkTokens) {
        int to = from + 1;
        while (to < batch.sequences() && batch.offset(to + 1) - batch.offset(from) <= chunkTokens) {
            to++;
        }
        return to;
    }
}
