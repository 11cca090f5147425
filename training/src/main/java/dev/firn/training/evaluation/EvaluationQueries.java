package dev.firn.training.evaluation;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Queries in one language. Compared by identity: sets that share the object share its embeddings.
 *
 * @see EvaluationSet
 */
public final class EvaluationQueries {
    private final String language;
    private final List<String> ids;
    private final List<String> texts;

    /** The ids must be different from each other; there is one text an id. */
    public EvaluationQueries(String language, List<String> ids, List<String> texts) {
        this.language = requireNonNull(language, "language is null");
        this.ids = List.copyOf(ids);
        this.texts = requireNonNull(texts, "texts is null");
        EvaluationCorpus.requireDistinct(this.ids, texts.size(), "query");
    }

    public String language() {
        return language;
    }

    public List<String> ids() {
        return ids;
    }

    public List<String> texts() {
        return texts;
    }
}
