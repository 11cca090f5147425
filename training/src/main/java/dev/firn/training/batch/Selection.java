package dev.firn.training.batch;

import java.util.Arrays;

/** Tokens of a packed batch whose output is wanted, in the order of the batch. Reused from step to step. */
public final class Selection {
    private int[] rows = new int[64];
    private int[] starts = new int[65];
    private int sequences;
    private int size;

    /** Takes everything out. */
    public void clear() {
        sequences = 0;
        size = 0;
    }

    /** Adds a token of the sequence in work, by its index in the batch; indices rise. */
    public void add(int row) {
        if (size == rows.length) {
            rows = Arrays.copyOf(rows, 2 * size);
        }
        rows[size] = row;
        size++;
    }

    /** Ends the sequence in work; one with nothing selected is allowed. */
    public void endSequence() {
        sequences++;
        if (sequences == starts.length) {
            starts = Arrays.copyOf(starts, 2 * sequences);
        }
        starts[sequences] = size;
    }

    /** Begins anew with the first token of each sequence. */
    public void selectFirst(PackedBatch batch) {
        clear();
        for (int s = 0; s < batch.sequences(); s++) {
            add(batch.offset(s));
            endSequence();
        }
    }

    /** Begins anew with all tokens. */
    public void selectAll(PackedBatch batch) {
        clear();
        for (int s = 0; s < batch.sequences(); s++) {
            for (int row = batch.offset(s); row < batch.offset(s + 1); row++) {
                add(row);
            }
            endSequence();
        }
    }

    public int sequences() {
        return sequences;
    }

    /** Number of tokens selected. */
    public int size() {
        return size;
    }

    /** Place of the first selected token of a sequence; {@code start(sequences())} is the size. */
    public int start(int sequence) {
        return starts[sequence];
    }

    /** Indices in the batch, not a copy; valid up to {@link #size()} until the next change. */
    public int[] rows() {
        return rows;
    }
}
