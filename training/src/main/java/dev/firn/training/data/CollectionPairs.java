package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * A folder of documents, queries and judgements: a pair for each judgement of at least {@code minimumRelevance}, a hard negative for
 * each of 0 or less.
 *
 * @param layout null: as the folder looks
 * @param split such as {@code train}; null for the layout's usual one
 * @param language where the layout does not tell it
 */
public record CollectionPairs(
        String name,
        Path folder,
        CollectionLayout layout,
        String split,
        String language,
        int minimumRelevance,
        SourceRules rules)
        implements RecordSource {
    public CollectionPairs {
        requireNonNull(name, "name is null");
        requireNonNull(folder, "folder is null");
        requireNonNull(language, "language is null");
        requireNonNull(rules, "rules is null");
    }
}
