package dev.firn.training.evaluation;

import static java.util.Objects.requireNonNull;

import dev.firn.training.measure.Qrels;

/**
 * Queries, the documents they are searched in, and the judgements. Queries without a judgement are not searched; judged
 * queries without a text count with 0, as in {@code trec_eval -c}.
 *
 * @param name for people and for file names, for example {@code keycloak/de→en}
 * @param ignoreIdenticalIds whether a document with the id of the query is left out of what is retrieved: where queries are
 *     documents themselves, each would find itself
 */
public record EvaluationSet(
        String name, EvaluationQueries queries, EvaluationCorpus corpus, Qrels qrels, boolean ignoreIdenticalIds) {
    public EvaluationSet {
        requireNonNull(name, "name is null");
        requireNonNull(queries, "queries is null");
        requireNonNull(corpus, "corpus is null");
        requireNonNull(qrels, "qrels is null");
        if (qrels.queries().isEmpty()) {
            throw new IllegalArgumentException("the evaluation set %s has no judgements".formatted(name));
        }
    }

    /** A set in which any document may be retrieved for any query. */
    public EvaluationSet(String name, EvaluationQueries queries, EvaluationCorpus corpus, Qrels qrels) {
        this(name, queries, corpus, qrels, false);
    }
}
