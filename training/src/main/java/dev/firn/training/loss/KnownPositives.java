package dev.firn.training.loss;

import dev.firn.training.kernels.Tensor;
import java.util.Arrays;

/**
 * The positives of each query of a batch: the documents of all pairs with its query row. Their scores are taken out of the
 * loss wherever they are not the query's target.
 *
 * <p>Held as sorted pairs of row numbers, two to a {@code long}, that are reused from batch to batch: hash tables would make objects in
 * every step. {@link #load} is for one thread; then all may ask at once.
 */
final class KnownPositives {
    private final NegativesMode mode;
    // Query row and row of a positive document
    private long[] positives = new long[0];
    // Row of a document and the column it stands in; only where a query meets the documents of others
    private long[] columns = new long[0];
    private int[] queryRows;
    private int[] documentRows;
    private int queries;
    private int documents;

    KnownPositives(NegativesMode mode) {
        this.mode = mode;
    }

    /**
     * Takes a batch.
     *
     * @param queryRows row of each query; kept, not copied
     * @param documentRows row of each document, the same number for each query, its positive first; kept, not copied
     */
    void load(int[] queryRows, int queries, int[] documentRows, int documents) {
        this.queryRows = queryRows;
        this.documentRows = documentRows;
        this.queries = queries;
        this.documents = documents;
        int perQuery = documents / queries;
        if (positives.length < queries) {
            positives = new long[queries];
        }
        for (int i = 0; i < queries; i++) {
            positives[i] = pair(queryRows[i], documentRows[i * perQuery]);
        }
        Arrays.sort(positives, 0, queries);
        switch (mode) {
            case IN_BATCH -> loadColumns();
            case HARD_ONLY -> {}
        }
    }

    private void loadColumns() {
        if (columns.length < documents) {
            columns = new long[documents];
        }
        for (int column = 0; column < documents; column++) {
            columns[column] = pair(documentRows[column], column);
        }
        Arrays.sort(columns, 0, documents);
    }

    /**
     * Sets the scores of a query's positives to negative infinity, except that of its target.
     *
     * @param first index of the query's first score: one for each document of the batch, or with hard negatives only for each of
     *     its own, the target first
     */
    void mask(int query, Tensor scores, long first) {
        switch (mode) {
            case IN_BATCH -> maskAmongAll(query, scores, first);
            case HARD_ONLY -> maskAmongOwn(query, scores, first);
        }
    }

    private void maskAmongAll(int query, Tensor scores, long first) {
        int target = query * (documents / queries);
        int row = queryRows[query];
        int found = firstOf(row, positives, queries);
        while (found < queries && high(positives[found]) == row) {
            int document = low(positives[found]);
            int at = firstOf(document, columns, documents);
            while (at < documents && high(columns[at]) == document) {
                if (low(columns[at]) != target) {
                    scores.set(first + low(columns[at]), Float.NEGATIVE_INFINITY);
                }
                at++;
            }
            long same = positives[found];
            while (found < queries && positives[found] == same) {
                found++;
            }
        }
    }

    private void maskAmongOwn(int query, Tensor scores, long first) {
        int perQuery = documents / queries;
        for (int k = 1; k < perQuery; k++) {
            long wanted = pair(queryRows[query], documentRows[query * perQuery + k]);
            if (Arrays.binarySearch(positives, 0, queries, wanted) >= 0) {
                scores.set(first + k, Float.NEGATIVE_INFINITY);
            }
        }
    }

    private static long pair(int high, int low) {
        return (long) high << Integer.SIZE | Integer.toUnsignedLong(low);
    }

    private static int high(long pair) {
        return (int) (pair >> Integer.SIZE);
    }

    private static int low(long pair) {
        return (int) pair;
    }

    /** The place of the first pair with a high half, or where it would stand. */
    private static int firstOf(int high, long[] pairs, int count) {
        int from = 0;
        int to = count;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (high(pairs[middle]) < high) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }
}
