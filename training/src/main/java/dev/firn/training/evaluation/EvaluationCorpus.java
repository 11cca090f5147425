package dev.firn.training.evaluation;

import static java.util.Objects.requireNonNull;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Documents in one language. Compared by identity: sets that share the object share its embeddings and its index.
 *
 * @see EvaluationSet
 */
public final class EvaluationCorpus {
    private final String language;
    private final List<String> ids;
    private final List<String> texts;

    /** The ids must be different from each other; there is one text an id. The texts may lie in a file. */
    public EvaluationCorpus(String language, List<String> ids, List<String> texts) {
        this.language = requireNonNull(language, "language is null");
        this.ids = List.copyOf(ids);
        this.texts = requireNonNull(texts, "texts is null");
        requireDistinct(this.ids, texts.size(), "document");
    }

    static void requireDistinct(List<String> ids, int texts, String what) {
        if (ids.size() != texts) {
            throw new IllegalArgumentException("%d %s ids for %d texts".formatted(ids.size(), what, texts));
        }
        Set<String> seen = HashSet.newHashSet(ids.size());
        for (String id : ids) {
            if (!seen.add(id)) {
                throw new IllegalArgumentException("the %s id %s occurs twice".formatted(what, id));
            }
        }
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
