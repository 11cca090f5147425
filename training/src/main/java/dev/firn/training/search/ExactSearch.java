package dev.firn.training.search;

import static java.util.Objects.requireNonNull;

import dev.firn.training.ProgressListener;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;

/**
 * Finds the documents with the highest scores for each query by comparing it with every document. A score is the dot product,
 * summed in 64-bit floats and rounded to 32 bits; among equal scores the document that stands earlier wins. The result does not
 * depend on the number of threads or on the BLAS library.
 *
 * <p>Products in 32 bits tell which documents may be among the best; only those are scored.
 *
 * <p>Memory: about 14 MB at 384 components, plus 32 bytes for each of {@code depth} documents of 1,024 queries.
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
        Candidates[] candidates = new Candidates[queryCapacity];
        for (int i = 0; i < queryCapacity; i++) {
            candidates[i] = new Candidates(Math.max(reached, 1));
        }
        double[] queryLengths = new double[queryCapacity];
        double[] documentLengths = new double[documentCapacity];
        try (VectorBlock queryBlock = new VectorBlock(queryCapacity, dimension);
                VectorBlock documentBlock = new VectorBlock(documentCapacity, dimension);
                Tensor products = Tensor.zeros(queryCapacity, documentCapacity)) {
            for (int firstQuery = 0; firstQuery < queryRows.length; firstQuery += queryCapacity) {
                int lastQuery = Math.min(firstQuery + queryCapacity, queryRows.length);
                queryBlock.load(queries, queryRows, firstQuery, lastQuery, queryLengths, context);
                double longest = 0;
                for (int first = 0; first < documentRows.length; first += documentCapacity) {
                    int last = Math.min(first + documentCapacity, documentRows.length);
                    documentBlock.load(documents, documentRows, first, last, documentLengths, context);
                    longest = Math.max(longest, largest(documentLengths, last - first));
                    offer(queryBlock, queryLengths, documentBlock, longest, products, first, candidates);
                    progress.progress(
                            (long) firstQuery * documentRows.length + (long) (lastQuery - firstQuery) * last, total);
                }
                rank(queryBlock, queryLengths, longest, documents, documentRows, candidates, reached);
                for (int i = 0; i < lastQuery - firstQuery; i++) {
                    consumer.accept(firstQuery + i, reached, candidates[i].positions(), candidates[i].values());
                    candidates[i].clear();
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
            double longest,
            Tensor products,
            int firstPosition,
            Candidates[] candidates) {
        int dimension = queries.values().columns();
        context.multiplyTransposed(
                1, queries.values(), 0, queries.rows(), documents.values(), 0, documents.rows(), 0, products, 0);
        context.parallel(part -> {
            int to = (int) context.split(queries.rows(), part + 1);
            for (int query = (int) context.split(queries.rows(), part); query < to; query++) {
                double error = DotProduct.error(dimension, queryLengths[query] * longest);
                Products row = new Products(products, query, documents.rows());
                candidates[query].add(row, firstPosition, error);
            }
        });
    }

    /** Puts the best {@code reached} candidates of each query first, by their scores, which take the products' places. */
    private void rank(
            VectorBlock queries,
            double[] queryLengths,
            double longest,
            VectorTable documents,
            int[] documentRows,
            Candidates[] candidates,
            int reached) {
        int dimension = queries.values().columns();
        context.parallel(part -> {
            BestDocuments best = new BestDocuments(reached);
            int to = (int) context.split(queries.rows(), part + 1);
            float[] scores = new float[DotProduct.TOGETHER];
            try (Tensor vectors = Tensor.zeros(DotProduct.TOGETHER, dimension)) {
                for (int query = (int) context.split(queries.rows(), part); query < to; query++) {
                    Candidates found = candidates[query];
                    found.narrow(DotProduct.error(dimension, queryLengths[query] * longest));
                    for (int first = 0; first < found.size(); first += DotProduct.TOGETHER) {
                        int count = Math.min(DotProduct.TOGETHER, found.size() - first);
                        for (int i = 0; i < count; i++) {
                            documents.copy(
                                    documentRows[found.positions()[first + i]],
                                    vectors.segment(),
                                    (long) i * dimension * Float.BYTES);
                        }
                        DotProduct.score(
                                queries.segment(), (long) query * dimension, vectors.segment(), 0, dimension, scores);
                        for (int i = 0; i < count; i++) {
                            best.offer(scores[i], found.positions()[first + i]);
                        }
                    }
                    best.drain(found.positions(), found.values());
                }
            }
        });
    }

    static double largest(double[] values, int count) {
        double largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, values[i]);
        }
        return largest;
    }
}
