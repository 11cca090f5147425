package dev.firn.training.mining;

import static java.util.Objects.requireNonNull;

/**
 * How hard negatives are mined.
 *
 * @param depth number of best-scored candidates looked at per query
 * @param negatives number of negatives per query; a query with fewer is dropped
 * @param maximumPositives at most this many positives, the best-scored, are used per query
 */
public record MiningSettings(int depth, int negatives, int maximumPositives, NegativeThreshold threshold) {
    public MiningSettings {
        if (depth < 1) {
            throw new IllegalArgumentException("depth must be at least 1, is " + depth);
        }
        if (negatives < 1 || negatives > depth) {
            throw new IllegalArgumentException(
                    "negatives must be between 1 and the depth " + depth + ", is " + negatives);
        }
        if (maximumPositives < 1) {
            throw new IllegalArgumentException("maximumPositives must be at least 1, is " + maximumPositives);
        }
        requireNonNull(threshold, "threshold is null");
    }
}
