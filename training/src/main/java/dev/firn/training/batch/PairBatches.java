package dev.firn.training.batch;

import static java.util.Objects.requireNonNull;

import dev.firn.training.random.CounterRandom;
import dev.firn.training.random.Permutation;
import dev.firn.training.random.Purpose;
import java.util.List;

/**
 * Which pairs each step takes. Every batch comes from one source. A pass over a source of {@code n} pairs gives {@code n / batchSize}
 * full batches of different pairs (or one batch of all its pairs when it has fewer); the pairs left over differ from pass to pass.
 * An epoch has as many batches as one pass over all sources, in random order. A source's share of them is in proportion to its
 * own batches raised to the sampling exponent (Conneau et al. 2020, section 3.1): with 1, sources are drawn by their size and an
 * epoch is one pass over each; below 1, small sources are passed over more often, and large ones less.
 */
public final class PairBatches {
    private final List<PairSource> sources;
    private final int batchSize;
    private final CounterRandom batches;
    private final CounterRandom within;
    // Batches of one pass over each source
    private final long[] perPass;
    // Where each source's batches of an epoch begin
    private final long[] firstBatch;

    /**
     * @param sources each with at least one pair
     * @param samplingExponent from 0, all sources alike, to 1, by size
     * @throws IllegalArgumentException when there is no source, or one is empty
     */
    public PairBatches(List<PairSource> sources, int batchSize, double samplingExponent, long seed) {
        this.sources = List.copyOf(requireNonNull(sources, "sources is null"));
        if (this.sources.isEmpty()) {
            throw new IllegalArgumentException("there is no source of pairs");
        }
        if (batchSize <= 0) {
            throw new IllegalArgumentException("batchSize must be above 0, is " + batchSize);
        }
        this.batchSize = batchSize;
        if (!(samplingExponent >= 0 && samplingExponent <= 1)) {
            throw new IllegalArgumentException("samplingExponent must be from 0 to 1, is " + samplingExponent);
        }
        this.batches = new CounterRandom(seed, Purpose.ORDER_OF_BATCHES);
        this.within = new CounterRandom(seed, Purpose.ORDER_WITHIN_SOURCE);
        this.perPass = new long[this.sources.size()];
        this.firstBatch = new long[this.sources.size() + 1];
        double weights = 0;
        long all = 0;
        for (int i = 0; i < this.sources.size(); i++) {
            int size = this.sources.get(i).size();
            if (size == 0) {
                throw new IllegalArgumentException(
                        "source " + this.sources.get(i).name() + " has no pairs");
            }
            perPass[i] = Math.max(size / batchSize, 1);
            all += perPass[i];
            weights += weight(i, samplingExponent);
        }
        for (int i = 0; i < perPass.length; i++) {
            long share = Math.round(all * weight(i, samplingExponent) / weights);
            firstBatch[i + 1] = firstBatch[i] + Math.max(share, 1);
        }
    }

    private double weight(int source, double samplingExponent) {
        return StrictMath.pow((double) perPass[source], samplingExponent);
    }

    /** Number of batches of an epoch. */
    public long perEpoch() {
        return firstBatch[sources.size()];
    }

    /** Index of the source that a step takes its pairs from: a function of the seed and the step alone. */
    public int source(long step) {
        return sourceOf(batch(step));
    }

    /**
     * The pairs of the source that a step takes, in their order in the batch: a function of the seed and the step alone.
     *
     * @param pairs receives them, and nothing else
     */
    public void choose(long step, RowNumbers pairs) {
        long batch = batch(step);
        int source = sourceOf(batch);
        int size = sources.get(source).size();
        long drawn = (step / perEpoch()) * (firstBatch[source + 1] - firstBatch[source]) + batch - firstBatch[source];
        Permutation order = new Permutation(within, (drawn / perPass[source]) << 20 | source, size);
        int count = Math.min(batchSize, size);
        long first = drawn % perPass[source] * batchSize;
        pairs.clear();
        for (int i = 0; i < count; i++) {
            pairs.add((int) order.at(first + i));
        }
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
