package dev.firn.training.evaluation;

import static java.util.Objects.requireNonNull;

import dev.firn.training.measure.Qrels;

/**
 * Queries, the documents they are searched in, and the judgements. Queries without a judgement are not searched; judged
 * queries without a text count with 0, as in {@code trec_eval -c}.
 *
 * @param name for people and for file names, for example {@code keycloak/de→en}
 */
public record EvaluationSet(String name, EvaluationQueries queries, EvaluationCorpus corpus, Qrels qrels) {
    public EvaluationSet {
        requireNonNull(name, "name is null");
        requireNonNull(queries, "queries is null");
        requireNonNull(corpus, "corpus is null");
        requireNonNull(qrels, "qrels is null");
        if (qrels.queries().isEmpty()) {
            throw new IllegalArgumentException("the evaluation set %s has no judgements".formatted(name));
        }
    }
}
