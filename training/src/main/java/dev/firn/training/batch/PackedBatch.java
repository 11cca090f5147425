package dev.firn.training.batch;

import dev.firn.training.kernels.Memory;
import java.util.Arrays;

/** Token sequences one after the other, without padding. Reused from step to step: {@link #clear()}, then add. */
public final class PackedBatch {
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private int[] tokens;
    private int[] positions;
    private int[] offsets;
    private int sequences;

    /** A batch that grows with what is added. */
    public PackedBatch() {
        this(Memory.real(), 1024, 64);
    }

    /**
     * A batch with memory for a size, which grows when more is added.
     *
     * @param memory where it is taken
     */
    public PackedBatch(Memory memory, int tokens, int sequences) {
        this.tokens = memory.integers(tokens);
        this.positions = memory.integers(tokens);
        this.offsets = memory.integers(sequences + 1);
    }

    /** A batch with memory for a size, or for the largest that there can be. */
    public static PackedBatch ofSize(Memory memory, long tokens, long sequences) {
        return new PackedBatch(
                memory, (int) Math.min(tokens, LARGEST_ARRAY), (int) Math.min(sequences, LARGEST_ARRAY - 1));
    }

    /** Takes all sequences out. */
    public void clear() {
        sequences = 0;
    }

    /** Adds a row of a table, cut to {@code maximumTokens}. */
    public void add(TokenTable table, int row, int maximumTokens) {
        int length = Math.min(table.length(row), maximumTokens);
        int start = reserve(length);
        table.copy(row, length, tokens, start);
    }

    /** Adds {@code length} tokens. */
    public void add(int[] source, int offset, int length) {
        int start = reserve(length);
        System.arraycopy(source, offset, tokens, start, length);
    }

    /** Adds some of the sequences of another batch. */
    public void add(PackedBatch other, int from, int to) {
        for (int s = from; s < to; s++) {
            add(other.tokens, other.offsets[s], other.length(s));
        }
    }

    private int reserve(int length) {
        if (length <= 0) {
            throw new IllegalArgumentException("a sequence must have a token");
        }
        int start = offsets[sequences];
        int end = Math.addExact(start, length);
        if (end > tokens.length) {
            int capacity = (int) Math.min(Math.max(end, 2L * tokens.length), LARGEST_ARRAY);
            tokens = Arrays.copyOf(tokens, capacity);
            positions = Arrays.copyOf(positions, capacity);
        }
        if (sequences + 2 > offsets.length) {
            offsets = Arrays.copyOf(offsets, 2 * offsets.length);
        }
        for (int i = 0; i < length; i++) {
            positions[start + i] = i;
        }
        sequences++;
        offsets[sequences] = end;
        return start;
    }

    public int sequences() {
        return sequences;
    }

    /** Number of tokens of all sequences. */
    public int size() {
        return offsets[sequences];
    }

    /** Index of the first token of a sequence; {@code offset(sequences())} is the size. */
    public int offset(int sequence) {
        return offsets[sequence];
    }

    /** Index of the first token of each sequence, then the size; not a copy. */
    public int[] offsets() {
        return offsets;
    }

    /** Number of tokens of a sequence. */
    public int length(int sequence) {
        return offsets[sequence + 1] - offsets[sequence];
    }

    /** Number of tokens of the longest sequence, 0 without any. */
    public int longest() {
        int longest = 0;
        for (int s = 0; s < sequences; s++) {
            longest = Math.max(longest, length(s));
        }
        return longest;
    }

    /** The tokens themselves, not a copy; valid up to {@link #size()} until the next change. */
    public int[] tokens() {
        return tokens;
    }

    /** Position of each token in its sequence, from 0; not a copy. */
    public int[] positions() {
        return positions;
    }

    /**
     * First sequence of a part when the sequences are split in order into {@code parts} of about as many tokens.
     *
     * @return the number of sequences for {@code part == parts}
     */
    public int firstOfPart(int part, int parts) {
        if (part == 0) {
            return 0;
        }
        if (part == parts) {
            return sequences;
        }
        long goal = (long) size() * part / parts;
        int found = Arrays.binarySearch(offsets, 0, sequences + 1, (int) goal);
        if (found >= 0) {
            return found;
        }
        int above = -found - 1;
        return goal - offsets[above - 1] < offsets[above] - goal ? above - 1 : above;
    }
}
