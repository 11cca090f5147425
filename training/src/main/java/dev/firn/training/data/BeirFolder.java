package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * An evaluation set in BEIR's layout: {@code queries.jsonl[.gz]} and {@code qrels/test.tsv} or {@code qrels.tsv} in one
 * folder, {@code corpus.jsonl[.gz]} in the same or another one.
 *
 * <p>A judgement of a document that the corpus lacks is refused; with a corpus folder of its own (another language with
 * the same ids) it is left out and counted.
 *
 * @param name the name of the set
 * @param folder where the queries and judgements lie
 * @param corpusFolder where the documents lie; null when they lie in {@code folder}
 */
public record BeirFolder(String name, Path folder, Path corpusFolder, String queryLanguage, String documentLanguage) {
    public BeirFolder {
        requireNonNull(name, "name is null");
        requireNonNull(folder, "folder is null");
        requireNonNull(queryLanguage, "queryLanguage is null");
        requireNonNull(documentLanguage, "documentLanguage is null");
    }

    /** A set with queries and documents of one language in one folder. */
    public static BeirFolder of(String name, Path folder, String language) {
        return new BeirFolder(name, folder, null, language, language);
    }

    /** {@code OWN} when queries and documents are of one language. */
    public EvaluationKind kind() {
        return queryLanguage.equals(documentLanguage) ? EvaluationKind.OWN : EvaluationKind.CROSS;
    }
}
