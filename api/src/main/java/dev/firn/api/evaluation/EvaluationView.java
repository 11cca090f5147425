package dev.firn.api.evaluation;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.evaluation.Evaluation;
import dev.firn.registry.evaluation.NewEvaluation;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A measurement as clients see it.
 *
 * @param weights {@code untrained}, {@code initialised}, {@code pretrained}, {@code finetuned} or {@code bm25}; {@code registered} for
 *     a model version that was measured on its own
 * @param set the evaluation set
 * @param kind {@code own}: queries and passages in one language; {@code cross}: in two
 * @param dimension how many dimensions were used; null for BM25
 * @param queries over how many queries the measures are the mean
 * @param dataset on whose sets a version was measured on its own, as name@version; null for what a run measured
 * @param measures by trec_eval's names
 */
public record EvaluationView(
        UUID id,
        String weights,
        String set,
        String kind,
        String queryLanguage,
        String documentLanguage,
        @Nullable Integer dimension,
        int queries,
        @Nullable String dataset,
        Map<String, Double> measures) {
    public EvaluationView {
        requireNonNull(id, "id is null");
        measures = new TreeMap<>(measures);
    }

    /** The view of a row. */
    public static EvaluationView of(Evaluation evaluation) {
        NewEvaluation result = evaluation.result();
        return new EvaluationView(
                evaluation.id(),
                result.weights(),
                result.set(),
                result.kind(),
                result.queryLanguage(),
                result.documentLanguage(),
                result.dimension().isPresent() ? result.dimension().getAsInt() : null,
                result.queries(),
                evaluation.dataset().orElse(null),
                result.measures());
    }
}
