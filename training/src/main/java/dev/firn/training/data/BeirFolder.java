package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * An evaluation set in BEIR's layout: {@code corpus.jsonl[.gz]} in one folder, {@code queries.jsonl[.gz]} and
 * {@code qrels/test.tsv} or {@code qrels.tsv} in another or the same one.
 *
 * @param name the name of the set
 * @param queries the folder of queries and judgements
 * @param corpus the folder of the documents: the same as {@code queries}, or that of another language with the same ids
 * @param leaveOutUnknown whether a judgement of a document that the corpus lacks is left out (and counted) instead of
 *     refused: for a corpus of another language
 */
public record BeirFolder(
        String name,
        Path queries,
        Path corpus,
        String queryLanguage,
        String documentLanguage,
        boolean leaveOutUnknown) {
    public BeirFolder {
        requireNonNull(name, "name is null");
        requireNonNull(queries, "queries is null");
        requireNonNull(corpus, "corpus is null");
        requireNonNull(queryLanguage, "queryLanguage is null");
        requireNonNull(documentLanguage, "documentLanguage is null");
    }

    /** A set with queries and documents of one language in one folder. */
    public static BeirFolder of(String name, Path folder, String language) {
        return new BeirFolder(name, folder, folder, language, language, false);
    }

    /** {@code own} when queries and documents are of one language, else {@code cross}. */
    public EvaluationKind kind() {
        return queryLanguage.equals(documentLanguage) ? EvaluationKind.OWN : EvaluationKind.CROSS;
    }
}
