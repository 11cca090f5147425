package dev.firn.activities.stage;

import dev.firn.registry.evaluation.NewEvaluation;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** The headline figures of an evaluation: means of nDCG@10 over the sets, so over languages, not over queries. */
final class EvaluationSummary {
    static final String NDCG = "ndcg_cut_10";

    private EvaluationSummary() {}

    /**
     * The means of one retriever.
     *
     * @param fullDimension the full width; nothing wider counts as truncated
     * @return {@code own}, {@code cross} and {@code truncated} (own, at the largest truncated dimension), as far as there
     *     are such sets
     */
    static Map<String, Double> means(Collection<NewEvaluation> evaluations, int fullDimension) {
        int truncated = evaluations.stream()
                .flatMapToInt(evaluation -> evaluation.dimension().stream())
                .filter(dimension -> dimension < fullDimension)
                .max()
                .orElse(-1);
        Map<String, Double> means = new LinkedHashMap<>();
        put(means, "own", evaluations, evaluation -> full(evaluation, fullDimension) && is(evaluation, "own"));
        put(means, "cross", evaluations, evaluation -> full(evaluation, fullDimension) && is(evaluation, "cross"));
        put(
                means,
                "truncated",
                evaluations,
                evaluation -> evaluation.dimension().orElse(-2) == truncated && is(evaluation, "own"));
        return means;
    }

    private static boolean full(NewEvaluation evaluation, int fullDimension) {
        return evaluation.dimension().orElse(fullDimension) == fullDimension;
    }

    private static boolean is(NewEvaluation evaluation, String kind) {
        return evaluation.kind().equals(kind);
    }

    private static void put(
            Map<String, Double> means,
            String name,
            Collection<NewEvaluation> evaluations,
            Predicate<NewEvaluation> wanted) {
        OptionalDouble mean = evaluations.stream()
                .filter(wanted)
                .mapToDouble(evaluation -> evaluation.measures().get(NDCG))
                .average();
        if (mean.isPresent()) {
            means.put(name, mean.getAsDouble());
        }
    }
}
