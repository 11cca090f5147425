package dev.firn.workflows.specification;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * A folder of documents, queries and judgements.
 *
 * @param documentLanguage null: the query language
 * @param corpusFolder null: the corpus lies in {@code folder}
 * @param layout null: as the folder looks
 * @param split null: the layout's usual one
 */
public record EvaluationSetSpecification(
        String name,
        String folder,
        String queryLanguage,
        @Nullable String documentLanguage,
        @Nullable String corpusFolder,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String layout,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String split) {}
