package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * An evaluation set in a folder of documents, queries and judgements.
 *
 * <p>A judgement of a document that the corpus lacks is refused; with a corpus folder of its own (another language with
 * the same ids) it is left out and counted.
 *
 * @param name the name of the set
 * @param folder where the queries and judgements lie
 * @param corpusFolder where the documents lie; null when they lie in {@code folder}
 * @param layout null: as the folder looks
 * @param split such as {@code dev}; null for the layout's usual one
 * @param queryLanguage of a layout with a set for each language, the one that is taken
 */
public record EvaluationCollection(
        String name,
        Path folder,
        Path corpusFolder,
        CollectionLayout layout,
        String split,
        String queryLanguage,
        String documentLanguage) {
    public EvaluationCollection {
        requireNonNull(name, "name is null");
        requireNonNull(folder, "folder is null");
        requireNonNull(queryLanguage, "queryLanguage is null");
        requireNonNull(documentLanguage, "documentLanguage is null");
    }

    /** A set with queries and documents of one language in one folder. */
    public static EvaluationCollection of(String name, Path folder, String language) {
        return new EvaluationCollection(name, folder, null, null, null, language, language);
    }

    /** {@code OWN} when queries and documents are of one language. */
    public EvaluationKind kind() {
        return queryLanguage.equals(documentLanguage) ? EvaluationKind.OWN : EvaluationKind.CROSS;
    }
}
