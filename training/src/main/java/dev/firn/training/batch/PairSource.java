package dev.firn.training.batch;

import static java.util.Objects.requireNonNull;

import java.nio.IntBuffer;

/**
 * One source = one language of one dataset: a batch is drawn from one source only.
 *
 * @param name unique among the sources of a run
 * @param language language of the queries
 * @param pairs query row and document row of each pair, one after the other
 * @param negatives document rows, {@code negativesPerPair} for each pair; null when there are none
 * @param negativesPerPair 0 without negatives
 */
public record PairSource(String name, String language, IntBuffer pairs, IntBuffer negatives, int negativesPerPair) {
    public PairSource {
        requireNonNull(name, "name is null");
        requireNonNull(language, "language is null");
        requireNonNull(pairs, "pairs is null");
        if (pairs.limit() % 2 != 0) {
            throw new IllegalArgumentException("pairs of source " + name + " hold half a pair");
        }
        if (negatives == null
                ? negativesPerPair != 0
                : negativesPerPair < 1 || negatives.limit() != (long) pairs.limit() / 2 * negativesPerPair) {
            throw new IllegalArgumentException("negatives of source " + name + " do not fit its pairs");
        }
    }

    /** A source without hard negatives. */
    public PairSource(String name, String language, IntBuffer pairs) {
        this(name, language, pairs, null, 0);
    }

    /** Number of pairs. */
    public int size() {
        return pairs.limit() / 2;
    }

    /** Query row of a pair. */
    public int query(int pair) {
        return pairs.get(2 * pair);
    }

    /** Document row of a pair. */
    public int document(int pair) {
        return pairs.get(2 * pair + 1);
    }

    /** Document row of one of the hard negatives of a pair. */
    public int negative(int pair, int index) {
        return negatives.get(pair * negativesPerPair + index);
    }
}
