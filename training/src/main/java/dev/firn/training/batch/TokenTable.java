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
