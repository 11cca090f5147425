package dev.firn.training.batch;

import static java.util.Objects.requireNonNull;

import dev.firn.training.random.CounterRandom;
import dev.firn.training.random.Permutation;
import dev.firn.training.random.Purpose;
import java.util.List;

/**
 * Which pairs each step takes. Every batch comes from one source; in an epoch a source of {@code n} pairs gives {@code n / batchSize}
 * full batches of different pairs (or one batch of all its pairs when it has fewer), and the batches of all sources come in random
 * order. So sources are drawn by their size, and the pairs left over differ from epoch to epoch.
 */
public final class PairBatches {
    private final List<PairSource> sources;
    private final int batchSize;
    private final CounterRandom batches;
    private final CounterRandom within;
    private final long[] firstBatch;

    /**
     * @param sources each with at least one pair
     * @throws IllegalArgumentException when there is no source, or one is empty
     */
    public PairBatches(List<PairSource> sources, int batchSize, long seed) {
        this.sources = List.copyOf(requireNonNull(sources, "sources is null"));
        if (this.sources.isEmpty()) {
            throw new IllegalArgumentException("there is no source of pairs");
        }
        if (batchSize <= 0) {
            throw new IllegalArgumentException("batchSize must be above 0, is " + batchSize);
        }
        this.batchSize = batchSize;
        this.batches = new CounterRandom(seed, Purpose.ORDER_OF_BATCHES);
        this.within = new CounterRandom(seed, Purpose.ORDER_WITHIN_SOURCE);
        this.firstBatch = new long[this.sources.size() + 1];
        for (int i = 0; i < this.sources.size(); i++) {
            int size = this.sources.get(i).size();
            if (size == 0) {
                throw new IllegalArgumentException(
                        "source " + this.sources.get(i).name() + " has no pairs");
            }
            firstBatch[i + 1] = firstBatch[i] + Math.max(size / batchSize, 1);
        }
    }

    /** Number of batches of an epoch. */
    public long perEpoch() {
        return firstBatch[sources.size()];
    }

    /** Index of the source that a step takes its pairs from: a function of the seed and the step alone. */
    public int source(long step) {
        return sourceOf(batch(step));
    }

    /** The pairs of the source that a step takes, in their order in the batch: a function of the seed and the step alone. */
    public int[] pairs(long step) {
        long batch = batch(step);
        int source = sourceOf(batch);
        int size = sources.get(source).size();
        Permutation order = new Permutation(within, (step / perEpoch()) << 20 | source, size);
        int[] pairs = new int[Math.min(batchSize, size)];
        long first = (batch - firstBatch[source]) * batchSize;
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = (int) order.at(first + i);
        }
        return pairs;
    }

    private long batch(long step) {
        return new Permutation(batches, step / perEpoch(), perEpoch()).at(step % perEpoch());
    }

    private int sourceOf(long batch) {
        int source = 0;
        while (batch >= firstBatch[source + 1]) {
            source++;
        }
        return source;
    }
}
