package dev.firn.training.batch;

import static java.util.Objects.requireNonNull;

import java.nio.IntBuffer;

/**
 * One source = one language of one dataset: a batch is drawn from one source only.
 *
 * @param pairs query row and document row of each pair, one after the other
 * @param negatives document rows, {@code negativesPerPair} for each pair; null when there are none
 */
public record PairSource(String name, String language, IntBuffer pairs, IntBuffer negatives, int negativesPerPair) {
    public PairSource {
        requireNonNull(name, "name is null");
        requireNonNull(language, "language is null");
        requireNonNull(pairs, "pairs is null");
        if (pairs.limit() % 2 != 0) {
            throw new IllegalArgumentException("pairs of source " + name + " hold half a pair");
        }
        if (negatives == null ? negativesPerPair != 0 : negatives.limit() != pairs.limit() / 2 * negativesPerPair) {
            throw new IllegalArgumentException("negatives of source " + name + " do not fit its pairs");
        }
    }

    /** Number of pairs. */
    public int size() {
        return pairs.limit() / 2;
    }
}
