package dev.firn.training.batch;

import static java.util.Objects.requireNonNull;

/** Token sequences by row: already with prefix and special tokens, and cut at the tokenizer's maximum. */
public interface TokenTable {
    /** Number of sequences. */
    int rows();

    /** Number of tokens of a sequence, special tokens included. */
    int length(int row);

    /**
     * Copies the first {@code length} tokens of a sequence. Where that cuts the sequence, the last token copied is the
     * sequence's own last one (the closing token).
     *
     * @param length at least 1 and at most {@code length(row)}
     */
    void copy(int row, int length, int[] target, int offset);

    /**
     * How often each token occurs in all sequences.
     *
     * @return one count for each id below {@code vocabularySize}
     * @throws IllegalArgumentException when a token is outside the vocabulary
     */
    default long[] frequencies(int vocabularySize) {
        long[] counts = new long[vocabularySize];
        int[] tokens = new int[0];
        for (int row = 0; row < rows(); row++) {
            int length = length(row);
            if (tokens.length < length) {
                tokens = new int[length];
            }
            copy(row, length, tokens, 0);
            for (int i = 0; i < length; i++) {
                if (tokens[i] < 0 || tokens[i] >= vocabularySize) {
                    throw new IllegalArgumentException(
                            "token " + tokens[i] + " is outside the vocabulary of " + vocabularySize);
                }
                counts[tokens[i]]++;
            }
        }
        return counts;
    }

    /**
     * Some of the sequences, as a table of their own.
     *
     * @param chosen their rows here, in the order of the new table; not copied
     */
    default TokenTable rows(int[] chosen) {
        requireNonNull(chosen, "chosen is null");
        TokenTable all = this;
        return new TokenTable() {
            @Override
            public int rows() {
                return chosen.length;
            }

            @Override
            public int length(int row) {
                return all.length(chosen[row]);
            }

            @Override
            public void copy(int row, int length, int[] target, int offset) {
                all.copy(chosen[row], length, target, offset);
            }
        };
    }

    /** A table over arrays in memory; the arrays are not copied. */
    static TokenTable of(int[][] rows) {
        requireNonNull(rows, "rows is null");
        return new TokenTable() {
            @Override
            public int rows() {
                return rows.length;
            }

            @Override
            public int length(int row) {
                return rows[row].length;
            }

            @Override
            public void copy(int row, int length, int[] target, int offset) {
                int[] tokens = rows[row];
                if (length < 1 || length > tokens.length) {
                    throw new IllegalArgumentException(
                            "length must be from 1 to " + tokens.length + " in row " + row + ", is " + length);
                }
                System.arraycopy(tokens, 0, target, offset, length - 1);
                target[offset + length - 1] = tokens[tokens.length - 1];
            }
        };
    }
}
