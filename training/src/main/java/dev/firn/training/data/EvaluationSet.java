package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An evaluation set of a prepared dataset: a folder in BEIR's layout ({@code corpus.jsonl}, {@code queries.jsonl},
 * {@code qrels.tsv}) with a {@code set.json}.
 *
 * @param name such as {@code keycloak/de} or {@code keycloak/de→en}
 * @param queryCount queries, every one with at least one judgement
 */
@SuppressWarnings("DoNotCallSuggester")
public record EvaluationSet(
        String name,
        EvaluationKind kind,
        String queryLanguage,
        String documentLanguage,
        int queryCount,
        int documentCount,
        Path folder) {
    public EvaluationSet {
        requireNonNull(name, "name is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(queryLanguage, "queryLanguage is null");
        requireNonNull(documentLanguage, "documentLanguage is null");
        requireNonNull(folder, "folder is null");
    }

    /** Opens a folder with a {@code set.json}. */
    public static EvaluationSet open(Path folder) {
        throw new UnsupportedOperationException("written next: " + folder);
    }

    /** All queries, in the order of the file. */
    public List<EvaluationText> queries() {
        throw new UnsupportedOperationException("written next");
    }

    /** All documents, in the order of the file, read while they are asked for; the stream must be closed. */
    public Stream<EvaluationText> documents() {
        throw new UnsupportedOperationException("written next");
    }

    /** Relevance by query id and document id. */
    public Map<String, Map<String, Integer>> judgements() {
        throw new UnsupportedOperationException("written next");
    }
}
