package dev.firn.training.loss;

import static java.util.Objects.requireNonNull;

import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Kernels;
import dev.firn.training.kernels.MatrixProducts;
import dev.firn.training.kernels.Memory;
import dev.firn.training.kernels.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * InfoNCE with Matryoshka slices: {@code Σ_slices weight · mean_i (-log(exp(s(i,i)/τ) / Σ_j exp(s(i,j)/τ)))}, where {@code s} is the
 * cosine of the slice's first dimensions and {@code j} runs over the positive of query {@code i} and its negatives.
 *
 * <p>A document that is a positive of the same query in this batch (the same document row again, or the document of another pair with
 * the same query row) is never its negative. A query left without negatives has loss 0.
 *
 * <p>Scores are held for a block of queries at a time.
 */
public final class InfoNce implements AutoCloseable {
    private static final int BLOCK_VALUES = 4 << 20;
    private static final int SMALLEST_BLOCK = 16;

    private final float inverseTemperature;
    private final NegativesMode mode;
    private final List<MatryoshkaSlice> slices;
    private final ComputeContext context;
    private final Kernels kernels;
    private final MatrixProducts products;
    private final double[] losses;

    private long capacity;
    private int targetCapacity;
    private int[] targets = new int[0];
    private Tensor scores = Tensor.zeros(0, 0);
    private Tensor noBias = Tensor.zeros(0, 0);
    private Tensor lengths = Tensor.zeros(0, 0);
    private final Tensor[] normalized;
    private final Tensor[] gradients;

    /** @throws IllegalArgumentException when the temperature is not above 0 or there is no slice */
    public InfoNce(double temperature, NegativesMode mode, List<MatryoshkaSlice> slices, ComputeContext context) {
        if (!(temperature > 0)) {
            throw new IllegalArgumentException("temperature must be greater than 0, is " + temperature);
        }
        this.inverseTemperature = (float) (1 / temperature);
        this.mode = requireNonNull(mode, "mode is null");
        this.slices = List.copyOf(slices);
        if (this.slices.isEmpty()) {
            throw new IllegalArgumentException("slices must not be empty");
        }
        this.context = requireNonNull(context, "context is null");
        this.kernels = context.kernels();
        this.products = context.products();
        this.losses = new double[context.threads()];
        this.normalized = new Tensor[this.slices.size()];
        this.gradients = new Tensor[this.slices.size()];
    }

    /**
     * Loss of a batch and its gradient.
     *
     * @param embeddings not normalised, [queries + documents, hidden]: first the queries, then for each query its positive followed by
     *     its hard negatives
     * @param queryRows row of each query in the table of queries
     * @param documentRows row of each document in the table of documents, in the order of the embeddings
     * @param gradient [queries + documents, hidden], receives the gradient of the embeddings
     * @return the loss
     */
    public double lossAndGradient(Tensor embeddings, int[] queryRows, int[] documentRows, Tensor gradient) {
        int queries = queryRows.length;
        int documents = documentRows.length;
        if (queries == 0 || documents % queries != 0 || documents == 0) {
            throw new IllegalArgumentException(
                    documents + " documents are not as many for each of " + queries + " queries");
        }
        int rows = queries + documents;
        int perQuery = documents / queries;
        reserve(queries, documents);
        int[][] masked = maskedColumns(queryRows, documentRows, perQuery);
        gradient.segment()
                .asSlice(0, (long) rows * gradient.columns() * Float.BYTES)
                .fill((byte) 0);
        double loss = 0;
        for (int i = 0; i < slices.size(); i++) {
            MatryoshkaSlice slice = slices.get(i);
            Tensor unit = normalized[i];
            Tensor unitGradient = gradients[i];
            context.parallel(part -> kernels.normalize(
                    embeddings,
                    slice.dimensions(),
                    unit,
                    lengths,
                    context.split(rows, part),
                    context.split(rows, part + 1)));
            double sum = switch (mode) {
                case IN_BATCH -> inBatch(unit, unitGradient, queries, documents, perQuery, masked);
                case HARD_ONLY -> hardOnly(unit, unitGradient, queries, perQuery, masked);
            };
            loss += slice.weight() * sum / queries;
            context.parallel(part -> kernels.normalizeBackward(
                    unit,
                    lengths,
                    unitGradient,
                    (float) slice.weight(),
                    gradient,
                    context.split(rows, part),
                    context.split(rows, part + 1)));
        }
        return loss;
    }

    private double inBatch(Tensor unit, Tensor unitGradient, int queries, int documents, int perQuery, int[][] masked) {
        int width = unit.columns();
        int blockRows = blockRows(documents);
        for (int i = 0; i < queries; i++) {
            targets[i] = i * perQuery;
        }
        double loss = 0;
        for (int block = 0; block < queries; block += blockRows) {
            int first = block;
            int count = Math.min(blockRows, queries - block);
            Arrays.fill(losses, 0);
            context.parallel(part -> {
                int from = (int) context.split(count, part);
                int to = (int) context.split(count, part + 1);
                losses[part] = scoresAndGradient(unit, unitGradient, first, from, to, queries, documents, masked);
            });
            for (double partLoss : losses) {
                loss += partLoss;
            }
            float keep = first == 0 ? 0f : 1f;
            context.parallel(part -> {
                int from = (int) context.split(documents, part);
                int to = (int) context.split(documents, part + 1);
                products.multiply(
                        true,
                        false,
                        to - from,
                        width,
                        count,
                        1f,
                        scores,
                        from,
                        documents,
                        unit,
                        (long) first * width,
                        width,
                        keep,
                        unitGradient,
                        (long) (queries + from) * width,
                        width);
            });
        }
        return loss;
    }

    private double scoresAndGradient(
            Tensor unit, Tensor unitGradient, int block, int from, int to, int queries, int documents, int[][] masked) {
        int width = unit.columns();
        products.multiply(
                false,
                true,
                to - from,
                documents,
                width,
                1f,
                unit,
                (long) (block + from) * width,
                width,
                unit,
                (long) queries * width,
                width,
                0f,
                scores,
                (long) from * documents,
                documents);
        for (int i = from; i < to; i++) {
            for (int column : masked[block + i]) {
                scores.set((long) i * documents + column, Float.NEGATIVE_INFINITY);
            }
        }
        double loss = kernels.crossEntropy(
                scores, documents, documents, inverseTemperature, noBias, targets, block, 1f / queries, from, to);
        products.multiply(
                false,
                false,
                to - from,
                width,
                documents,
                1f,
                scores,
                (long) from * documents,
                documents,
                unit,
                (long) queries * width,
                width,
                0f,
                unitGradient,
                (long) (block + from) * width,
                width);
        return loss;
    }

    private double hardOnly(Tensor unit, Tensor unitGradient, int queries, int perQuery, int[][] masked) {
        int width = unit.columns();
        Arrays.fill(targets, 0, queries, 0);
        Arrays.fill(losses, 0);
        context.parallel(part -> {
            int from = (int) context.split(queries, part);
            int to = (int) context.split(queries, part + 1);
            for (int i = from; i < to; i++) {
                long documentOffset = (queries + (long) i * perQuery) * width;
                products.multiply(
                        false,
                        true,
                        1,
                        perQuery,
                        width,
                        1f,
                        unit,
                        (long) i * width,
                        width,
                        unit,
                        documentOffset,
                        width,
                        0f,
                        scores,
                        (long) i * perQuery,
                        perQuery);
                for (int column : masked[i]) {
                    scores.set((long) i * perQuery + column, Float.NEGATIVE_INFINITY);
                }
            }
            losses[part] = kernels.crossEntropy(
                    scores, perQuery, perQuery, inverseTemperature, noBias, targets, 0, 1f / queries, from, to);
            for (int i = from; i < to; i++) {
                long documentOffset = (queries + (long) i * perQuery) * width;
                products.multiply(
                        false,
                        false,
                        1,
                        width,
                        perQuery,
                        1f,
                        scores,
                        (long) i * perQuery,
                        perQuery,
                        unit,
                        documentOffset,
                        width,
                        0f,
                        unitGradient,
                        (long) i * width,
                        width);
                products.multiply(
                        true,
                        false,
                        perQuery,
                        width,
                        1,
                        1f,
                        scores,
                        (long) i * perQuery,
                        perQuery,
                        unit,
                        (long) i * width,
                        width,
                        0f,
                        unitGradient,
                        documentOffset,
                        width);
            }
        });
        double loss = 0;
        for (double partLoss : losses) {
            loss += partLoss;
        }
        return loss;
    }

    /** For each query, the columns that hold one of its positives other than the target; columns of the mode in use. */
    private int[][] maskedColumns(int[] queryRows, int[] documentRows, int perQuery) {
        Map<Integer, int[]> positivesOfQuery = new HashMap<>();
        for (int i = 0; i < queryRows.length; i++) {
            positivesOfQuery.merge(queryRows[i], new int[] {documentRows[i * perQuery]}, InfoNce::joined);
        }
        Map<Integer, int[]> columnsOfDocument = new HashMap<>();
        if (mode == NegativesMode.IN_BATCH) {
            for (int column = 0; column < documentRows.length; column++) {
                columnsOfDocument.merge(documentRows[column], new int[] {column}, InfoNce::joined);
            }
        }
        int[][] masked = new int[queryRows.length][];
        int[] found = new int[documentRows.length];
        for (int i = 0; i < masked.length; i++) {
            int count = 0;
            int[] positives = positivesOfQuery.get(queryRows[i]);
            switch (mode) {
                case IN_BATCH -> {
                    for (int document : Arrays.stream(positives).distinct().toArray()) {
                        for (int column : columnsOfDocument.get(document)) {
                            if (column != i * perQuery) {
                                found[count++] = column;
                            }
                        }
                    }
                }
                case HARD_ONLY -> {
                    for (int column = 1; column < perQuery; column++) {
                        if (contains(positives, documentRows[i * perQuery + column])) {
                            found[count++] = column;
                        }
                    }
                }
            }
            masked[i] = Arrays.copyOf(found, count);
        }
        return masked;
    }

    private static int[] joined(int[] first, int[] second) {
        int[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static boolean contains(int[] values, int value) {
        for (int candidate : values) {
            if (candidate == value) {
                return true;
            }
        }
        return false;
    }

    private static int blockRows(int documents) {
        return Math.max(SMALLEST_BLOCK, BLOCK_VALUES / documents);
    }

    /**
     * Takes the memory for batches of up to so many queries and documents now rather than at the first of them.
     *
     * @param documents positives and hard negatives of all queries
     */
    public void reserve(int queries, int documents) {
        Memory memory = context.memory();
        // Of a smaller batch, a block may have more scores than of the largest: blocks are of whole rows
        long values = switch (mode) {
            case IN_BATCH ->
                Math.min(
                        Math.max(BLOCK_VALUES, (long) SMALLEST_BLOCK * documents),
                        Math.multiplyExact((long) queries, documents));
            case HARD_ONLY -> documents;
        };
        if (scores.length() < values) {
            scores.close();
            scores = memory.tensor(values, 1);
        }
        if (noBias.length() < documents) {
            noBias.close();
            noBias = memory.tensor(1, documents);
        }
        if (targetCapacity < queries) {
            targetCapacity = queries;
            targets = memory.integers(queries);
        }
        long rows = (long) queries + documents;
        if (rows > capacity) {
            closeRows();
            capacity = rows;
            lengths = memory.tensor(rows, 1);
            for (int i = 0; i < normalized.length; i++) {
                normalized[i] = memory.tensor(rows, slices.get(i).dimensions());
                gradients[i] = memory.tensor(rows, slices.get(i).dimensions());
            }
        }
    }

    private void closeRows() {
        lengths.close();
        for (int i = 0; i < normalized.length; i++) {
            if (normalized[i] != null) {
                normalized[i].close();
                gradients[i].close();
            }
        }
    }

    @Override
    public void close() {
        closeRows();
        scores.close();
        noBias.close();
    }
}
