package dev.firn.bench.peer;

import dev.firn.training.filter.ConsistencyFilter;
import dev.firn.training.filter.FilteredPairs;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.mining.HardNegativeMiner;
import dev.firn.training.mining.MinedNegatives;
import dev.firn.training.mining.MiningSettings;
import dev.firn.training.mining.NegativeThreshold;
import dev.firn.training.search.VectorTable;
import java.nio.IntBuffer;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The consistency filter and the miner over random vectors, and the matrix product without which neither can be had, for as many
 * queries at a time as the searches take, times all documents.
 */
final class FirnSearch implements Runner {
    private static final int TOP_RANK = 20;
    private static final int NEGATIVES = 10;
    private static final int PRODUCT_ROWS = 1024;
    /** As of a query and its document that a model has learned to put near each other. */
    private static final double NOISE = 1;

    private final SearchWork work;
    private final ComputeContext context;
    private final float[] queryValues;
    private final float[] documentValues;
    private final IntBuffer pairs;

    FirnSearch(SearchWork work) {
        this.work = work;
        this.context = new ComputeContext(work.threads());
        Random random = new Random(17);
        int dimension = work.dimension();
        this.queryValues = new float[work.pairs() * dimension];
        this.documentValues = new float[work.pairs() * dimension];
        int[] rows = new int[2 * work.pairs()];
        for (int pair = 0; pair < work.pairs(); pair++) {
            rows[2 * pair] = pair;
            rows[2 * pair + 1] = pair;
            for (int i = pair * dimension; i < (pair + 1) * dimension; i++) {
                queryValues[i] = (float) random.nextGaussian();
                documentValues[i] = queryValues[i] + (float) (NOISE * random.nextGaussian());
            }
            normalize(queryValues, pair * dimension, dimension);
            normalize(documentValues, pair * dimension, dimension);
        }
        this.pairs = IntBuffer.wrap(rows);
    }

    private static void normalize(float[] values, int from, int length) {
        double square = 0;
        for (int i = from; i < from + length; i++) {
            square += (double) values[i] * values[i];
        }
        float scale = (float) (1 / Math.sqrt(square));
        for (int i = from; i < from + length; i++) {
            values[i] *= scale;
        }
    }

    @Override
    public Map<String, Double> run(String name) {
        return switch (name) {
            case "filter" -> {
                FilteredPairs filtered = new ConsistencyFilter(TOP_RANK, work.pairs(), context)
                        .filter(queries(), documents(), pairs, (done, total) -> {});
                yield Map.of("kept", (double) filtered.kept().limit());
            }
            case "mine" -> {
                MiningSettings settings = new MiningSettings(
                        work.depth(), NEGATIVES, 1, new NegativeThreshold.PercentageOfPositive(0.95));
                MinedNegatives mined = new HardNegativeMiner(settings, context)
                        .mine(
                                queries(),
                                documents(),
                                pairs,
                                IntStream.range(0, work.pairs()).toArray(),
                                (done, total) -> {});
                yield Map.of("mined", (double) mined.pairs().limit() / 2);
            }
            case "gemm" -> product();
            default -> throw new IllegalArgumentException("there is no work " + name);
        };
    }

    private VectorTable queries() {
        return VectorTable.of(queryValues, work.dimension());
    }

    private VectorTable documents() {
        return VectorTable.of(documentValues, work.dimension());
    }

    private Map<String, Double> product() {
        int rows = Math.min(PRODUCT_ROWS, work.pairs());
        try (Tensor queries = Tensor.of(work.dimension(), queryValues);
                Tensor documents = Tensor.of(work.dimension(), documentValues);
                Tensor scores = Tensor.zeros(rows, work.pairs())) {
            for (int from = 0; from < work.pairs(); from += rows) {
                int count = Math.min(rows, work.pairs() - from);
                context.multiplyTransposed(1, queries, from, count, documents, 0, work.pairs(), 0, scores, 0);
            }
            return Map.of("score", (double) scores.get(0));
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
