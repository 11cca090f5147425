package dev.firn.training.optimizer;

/**
 * The rows of the word table that a step's gradient may be other than 0 in. A contrastive batch has the words of its texts; masked
 * language modelling, whose output matrix is the table, has all.
 */
public final class TouchedRows {
    private final boolean[] touched;
    private final int[] rows;
    private int count;
    private boolean all;

    /** @param rows of the table */
    public TouchedRows(int rows) {
        this.touched = new boolean[rows];
        this.rows = new int[rows];
    }

    /** Adds the rows of the first {@code count} tokens. */
    public void add(int[] tokens, int count) {
        for (int i = 0; i < count; i++) {
            int row = tokens[i];
            if (!touched[row]) {
                touched[row] = true;
                rows[this.count] = row;
                this.count++;
            }
        }
    }

    /** Adds every row. */
    public void addAll() {
        all = true;
    }

    /** Whether every row was added at once. */
    public boolean all() {
        return all;
    }

    /** Whether a row was added. */
    public boolean contains(int row) {
        return all || touched[row];
    }

    /** Takes all rows out. */
    public void clear() {
        for (int i = 0; i < count; i++) {
            touched[rows[i]] = false;
        }
        count = 0;
        all = false;
    }

    /** Number of rows added one by one. */
    int count() {
        return count;
    }

    /** The rows added one by one, in the order in which they came. */
    int row(int index) {
        return rows[index];
    }
}
