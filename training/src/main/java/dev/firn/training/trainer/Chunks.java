package dev.firn.training.trainer;

import dev.firn.training.batch.PackedBatch;

/** Cuts a batch into runs of sequences of a bounded number of tokens. */
final class Chunks {
    private Chunks() {}

    /** The end of the chunk that begins at sequence {@code from}: at least one sequence, then as many as fit. */
    static int end(PackedBatch batch, int from, int chunkTokens) {
        int to = from + 1;
        while (to < batch.sequences() && batch.offset(to + 1) - batch.offset(from) <= chunkTokens) {
            to++;
        }
        return to;
    }
}
