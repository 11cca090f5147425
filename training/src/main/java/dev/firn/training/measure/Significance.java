package dev.firn.training.measure;

import dev.firn.training.random.CounterRandom;
import dev.firn.training.random.Purpose;
import java.util.Arrays;

/**
 * What can be said about means over queries: intervals by the bootstrap (Efron 1979: percentiles of the means of queries drawn with
 * replacement), and whether two systems differ by the paired randomisation test (Fisher 1935; for retrieval Smucker, Allan and
 * Carterette 2007: under the hypothesis that they do not, swapping the two values of any query changes nothing).
 *
 * <p>The same values, seed and number of samples give the same bits. With so few queries that there are no more ways to swap than
 * samples, the test goes through all of them and is exact.
 */
public final class Significance {
    private static final double CONFIDENCE = 0.95;
    /** Sums that differ by less than this share of their terms are equal but for rounding. */
    private static final double ROUNDING = 1e-12;

    private final CounterRandom swaps;
    private final CounterRandom draws;
    private final int samples;

    /**
     * Configures.
     *
     * @param samples how often queries are drawn and values swapped; at least 100
     */
    public Significance(long seed, int samples) {
        this.swaps = new CounterRandom(seed, Purpose.RANDOMISATION_TEST);
        this.draws = new CounterRandom(seed, Purpose.BOOTSTRAP);
        this.samples = samples;
        if (samples < 100) {
            throw new IllegalArgumentException("samples must be at least 100, is " + samples);
        }
    }

    /**
     * Compares two systems.
     *
     * @param first values of the first by query
     * @param second values of the second for the same queries in the same order
     */
    public Comparison compare(double[] first, double[] second) {
        if (first.length != second.length) {
            throw new IllegalArgumentException("%d values against %d".formatted(first.length, second.length));
        }
        double[] differences = new double[first.length];
        for (int i = 0; i < first.length; i++) {
            differences[i] = second[i] - first[i];
        }
        return new Comparison(
                mean(first),
                interval(first),
                mean(second),
                interval(second),
                mean(differences),
                interval(differences),
                probability(differences));
    }

    /** Returns the 95% interval of the mean of values. */
    public Interval interval(double[] values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("there are no values");
        }
        double[] means = new double[samples];
        for (int sample = 0; sample < samples; sample++) {
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += values[draws.below(values.length, sample, 0, i)];
            }
            means[sample] = sum / values.length;
        }
        Arrays.sort(means);
        int outside = (int) (samples * (1 - CONFIDENCE) / 2);
        return new Interval(means[outside], means[samples - 1 - outside]);
    }

    /** Returns the two-sided probability of the paired randomisation test. */
    double probability(double[] differences) {
        int queries = differences.length;
        double observed = Math.abs(sum(differences, 0));
        double least =
                observed - ROUNDING * Arrays.stream(differences).map(Math::abs).sum();
        boolean all = queries < Integer.SIZE - 1 && 1 << queries <= samples;
        if (all) {
            int extreme = 0;
            for (int signs = 0; signs < 1 << queries; signs++) {
                extreme += Math.abs(sum(differences, signs)) >= least ? 1 : 0;
            }
            return (double) extreme / (1 << queries);
        }
        int extreme = 0;
        for (int sample = 0; sample < samples; sample++) {
            double sum = 0;
            for (int from = 0; from < queries; from += Long.SIZE) {
                long signs = swaps.bits(sample, 0, from / Long.SIZE);
                for (int i = from; i < Math.min(queries, from + Long.SIZE); i++) {
                    sum += (signs >>> (i - from) & 1) == 0 ? differences[i] : -differences[i];
                }
            }
            extreme += Math.abs(sum) >= least ? 1 : 0;
        }
        // What was observed is one of the ways, so the probability is never 0
        return (extreme + 1.0) / (samples + 1.0);
    }

    private static double sum(double[] differences, int signs) {
        double sum = 0;
        for (int i = 0; i < differences.length; i++) {
            boolean swapped = i < Integer.SIZE && (signs >>> i & 1) == 1;
            sum += swapped ? -differences[i] : differences[i];
        }
        return sum;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).sum() / values.length;
    }
}
