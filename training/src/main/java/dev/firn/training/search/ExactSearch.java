package dev.firn.training.search;

import static java.util.Objects.requireNonNull;

import dev.firn.training.ProgressListener;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Finds the documents with the highest scores for each query by comparing it with every document. A score is the dot product,
 * summed in 64-bit floats and rounded to 32 bits; among equal scores the document that stands earlier wins. The result does not
 * depend on the number of threads or on the BLAS library.
 *
 * <p>Memory: about 14 MB at 384 components, plus 8 bytes for each of {@code depth} documents of 1,024 queries.
 */
public final class ExactSearch {
    private static final int QUERIES_PER_BLOCK = 1024;
    private static final int DOCUMENTS_PER_BLOCK = 2048;

    private final ComputeContext context;

    public ExactSearch(ComputeContext context) {
        this.context = requireNonNull(context, "context is null");
    }

    /**
     * Searches.
     *
     * @param queryRows row numbers of the queries in their table
     * @param documentRows row numbers of the documents in their table; of documents with equal scores the earlier one here wins
     * @param depth number of documents per query, at least 1
     * @param consumer called once per query, in the order of {@code queryRows}
     * @param progress counts pairs of a query and a document
     * @throws IllegalArgumentException when the tables differ in their dimension or a vector is not finite
     */
    public void search(
            VectorTable queries,
            int[] queryRows,
            VectorTable documents,
            int[] documentRows,
            int depth,
            HitConsumer consumer,
            ProgressListener progress) {
        int dimension = requireSameDimension(queries, documents);
        if (depth < 1) {
            throw new IllegalArgumentException("depth must be at least 1, is " + depth);
        }
        long total = (long) queryRows.length * documentRows.length;
        progress.progress(0, total);
        int reached = Math.min(depth, documentRows.length);
        int queryCapacity = Math.min(QUERIES_PER_BLOCK, queryRows.length);
        int documentCapacity = Math.min(DOCUMENTS_PER_BLOCK, documentRows.length);
        if (queryCapacity == 0) {
            return;
        }
        BestDocuments[] best = new BestDocuments[queryCapacity];
        for (int i = 0; i < queryCapacity; i++) {
            best[i] = new BestDocuments(reached);
        }
        double[] queryLengths = new double[queryCapacity];
        double[] documentLengths = new double[documentCapacity];
        int[] positions = new int[reached];
        float[] scores = new float[reached];
        try (VectorBlock queryBlock = new VectorBlock(queryCapacity, dimension);
                VectorBlock documentBlock = new VectorBlock(documentCapacity, dimension);
                Tensor products = Tensor.zeros(queryCapacity, documentCapacity)) {
            for (int firstQuery = 0; firstQuery < queryRows.length; firstQuery += queryCapacity) {
                int lastQuery = Math.min(firstQuery + queryCapacity, queryRows.length);
                queryBlock.load(queries, queryRows, firstQuery, lastQuery, queryLengths);
                for (int first = 0; first < documentRows.length; first += documentCapacity) {
                    int last = Math.min(first + documentCapacity, documentRows.length);
                    documentBlock.load(documents, documentRows, first, last, documentLengths);
                    offer(queryBlock, queryLengths, documentBlock, documentLengths, products, first, best);
                    progress.progress(
                            (long) firstQuery * documentRows.length + (long) (lastQuery - firstQuery) * last, total);
                }
                for (int i = 0; i < lastQuery - firstQuery; i++) {
                    int count = best[i].drain(positions, scores);
                    consumer.accept(firstQuery + i, count, positions, scores);
                }
            }
        }
    }

    static int requireSameDimension(VectorTable queries, VectorTable documents) {
        if (queries.dimension() != documents.dimension()) {
            throw new IllegalArgumentException("queries have %d components, documents have %d"
                    .formatted(queries.dimension(), documents.dimension()));
        }
        return queries.dimension();
    }

    private void offer(
            VectorBlock queries,
            double[] queryLengths,
            VectorBlock documents,
            double[] documentLengths,
            Tensor products,
            int firstPosition,
            BestDocuments[] best) {
        double longest = largest(documentLengths, documents.rows());
        int dimension = queries.values().columns();
        context.multiplyTransposed(
                1, queries.values(), 0, queries.rows(), documents.values(), 0, documents.rows(), 0, products, 0);
        context.parallel(part -> {
            MemorySegment row = products.segment();
            int to = (int) context.split(queries.rows(), part + 1);
            for (int query = (int) context.split(queries.rows(), part); query < to; query++) {
                BestDocuments found = best[query];
                double error = DotProduct.error(dimension, queryLengths[query] * longest);
                float cut = cut(found, error);
                long start = (long) query * products.columns();
                for (int document = 0; document < documents.rows(); document++) {
                    if (row.getAtIndex(ValueLayout.JAVA_FLOAT, start + document) >= cut) {
                        found.offer(queries.score(query, documents, document), firstPosition + document);
                        cut = cut(found, error);
                    }
                }
            }
        });
    }

    /** Returns the product below which a document cannot enter. */
    private static float cut(BestDocuments found, double error) {
        return Math.nextDown((float) (found.threshold() - error));
    }

    static double largest(double[] values, int count) {
        double largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, values[i]);
        }
        return largest;
    }
}
