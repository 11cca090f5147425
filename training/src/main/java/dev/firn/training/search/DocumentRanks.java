package dev.firn.training.search;

import static java.util.Objects.requireNonNull;

import dev.firn.training.ProgressListener;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;

/**
 * Counts, for queries that each have one document of interest, how many documents stand before it: those with a higher score, and
 * those with an equal score and a smaller position. Scores as in {@link ExactSearch}.
 *
 * <p>Memory: about 16 MB at 384 components.
 */
public final class DocumentRanks {
    private static final int QUERIES_PER_BLOCK = 1024;
    private static final int DOCUMENTS_PER_BLOCK = 2048;

    private final ComputeContext context;

    public DocumentRanks(ComputeContext context) {
        this.context = requireNonNull(context, "context is null");
    }

    /**
     * Ranks.
     *
     * @param queryRows row numbers of the queries in their table
     * @param documentRows row numbers of the documents in their table
     * @param targets for each query, the position in {@code documentRows} of its document of interest
     * @param progress counts pairs of a query and a document
     * @return for each query, the number of documents before its document of interest
     * @throws IllegalArgumentException when the tables differ in their dimension or a vector is not finite
     */
    public int[] rank(
            VectorTable queries,
            int[] queryRows,
            VectorTable documents,
            int[] documentRows,
            int[] targets,
            ProgressListener progress) {
        int dimension = ExactSearch.requireSameDimension(queries, documents);
        if (targets.length != queryRows.length) {
            throw new IllegalArgumentException("%d targets for %d queries".formatted(targets.length, queryRows.length));
        }
        int[] targetRows = new int[targets.length];
        for (int i = 0; i < targets.length; i++) {
            targetRows[i] = documentRows[targets[i]];
        }
        long total = (long) queryRows.length * documentRows.length;
        progress.progress(0, total);
        int[] ranks = new int[queryRows.length];
        int queryCapacity = Math.min(QUERIES_PER_BLOCK, queryRows.length);
        int documentCapacity = Math.min(DOCUMENTS_PER_BLOCK, documentRows.length);
        if (queryCapacity == 0) {
            return ranks;
        }
        float[] targetScores = new float[queryCapacity];
        double[] queryLengths = new double[queryCapacity];
        double[] documentLengths = new double[Math.max(queryCapacity, documentCapacity)];
        try (VectorBlock queryBlock = new VectorBlock(queryCapacity, dimension);
                VectorBlock targetBlock = new VectorBlock(queryCapacity, dimension);
                VectorBlock documentBlock = new VectorBlock(documentCapacity, dimension);
                Tensor products = Tensor.zeros(queryCapacity, documentCapacity)) {
            for (int firstQuery = 0; firstQuery < queryRows.length; firstQuery += queryCapacity) {
                int lastQuery = Math.min(firstQuery + queryCapacity, queryRows.length);
                targetBlock.load(documents, targetRows, firstQuery, lastQuery, documentLengths, context);
                queryBlock.load(queries, queryRows, firstQuery, lastQuery, queryLengths, context);
                for (int i = 0; i < lastQuery - firstQuery; i++) {
                    targetScores[i] = queryBlock.score(i, targetBlock, i);
                }
                for (int first = 0; first < documentRows.length; first += documentCapacity) {
                    int last = Math.min(first + documentCapacity, documentRows.length);
                    documentBlock.load(documents, documentRows, first, last, documentLengths, context);
                    double longest = ExactSearch.largest(documentLengths, last - first);
                    context.multiplyTransposed(
                            1,
                            queryBlock.values(),
                            0,
                            queryBlock.rows(),
                            documentBlock.values(),
                            0,
                            last - first,
                            0,
                            products,
                            0);
                    int firstOfBlock = firstQuery;
                    int firstDocument = first;
                    context.parallel(part -> {
                        int to = (int) context.split(queryBlock.rows(), part + 1);
                        for (int query = (int) context.split(queryBlock.rows(), part); query < to; query++) {
                            ranks[firstOfBlock + query] += before(
                                    queryBlock,
                                    query,
                                    documentBlock,
                                    products,
                                    targetScores[query],
                                    targets[firstOfBlock + query] - firstDocument,
                                    DotProduct.error(dimension, queryLengths[query] * longest));
                        }
                    });
                    progress.progress(
                            (long) firstQuery * documentRows.length + (long) (lastQuery - firstQuery) * last, total);
                }
            }
        }
        return ranks;
    }

    /** Counts the documents of a block before a document with the given score and position in the block. */
    private static int before(
            VectorBlock queries,
            int query,
            VectorBlock documents,
            Tensor products,
            float score,
            int position,
            double error) {
        float surelyHigher = Math.nextUp((float) (score + error));
        float surelyLower = Math.nextDown((float) (score - error));
        Products row = new Products(products, query, documents.rows());
        int count = row.countAbove(surelyHigher);
        int document = row.next(0, surelyLower, surelyHigher);
        while (document < documents.rows()) {
            float exact = queries.score(query, documents, document);
            if (exact > score || (exact == score && document < position)) {
                count++;
            }
            document = row.next(document + 1, surelyLower, surelyHigher);
        }
        return count;
    }
}
