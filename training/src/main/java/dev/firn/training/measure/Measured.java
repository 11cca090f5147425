package dev.firn.training.measure;

import static java.util.Objects.requireNonNull;

import java.util.Map;

/**
 * The values of measures on a run.
 *
 * @param queries number of queries in the mean
 * @param mean the mean by measure, under trec_eval's names; of counts the sum, of {@code gm_} measures the geometric mean
 * @param perQuery the values by query, then by measure; without {@code gm_} measures, which a single query does not have
 */
public record Measured(int queries, Map<String, Double> mean, Map<String, Map<String, Double>> perQuery) {
    public Measured {
        requireNonNull(mean, "mean is null");
        requireNonNull(perQuery, "perQuery is null");
    }
}
