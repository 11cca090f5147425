package dev.firn.workflows.specification;

import org.jspecify.annotations.Nullable;

/**
 * A folder in BEIR's layout.
 *
 * @param documentLanguage null: the query language
 * @param corpusFolder null: the corpus lies in {@code folder}
 */
public record EvaluationSetSpecification(
        String name,
        String folder,
        String queryLanguage,
        @Nullable String documentLanguage,
        @Nullable String corpusFolder) {}
