package dev.firn.registry.evaluation;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.OptionalInt;

/**
 * A measurement.
 *
 * @param weights what was measured: {@code untrained}, {@code finetuned}, {@code bm25}; {@code registered} for a model version on
 *     its own
 * @param set the evaluation set
 * @param kind {@code own} or {@code cross}
 * @param dimension how many numbers of the vectors were used; nothing where there are no vectors
 * @param queries over how many queries the measures are the mean
 * @param measures by trec_eval's names
 */
public record NewEvaluation(
        String weights,
        String set,
        String kind,
        String queryLanguage,
        String documentLanguage,
        OptionalInt dimension,
        int queries,
        Map<String, Double> measures) {

    public NewEvaluation {
        requireNonNull(weights, "weights is null");
        requireNonNull(set, "set is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(queryLanguage, "queryLanguage is null");
        requireNonNull(documentLanguage, "documentLanguage is null");
        requireNonNull(dimension, "dimension is null");
        measures = Map.copyOf(measures);
    }
}
