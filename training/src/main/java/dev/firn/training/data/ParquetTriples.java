package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * Three Parquet files, as Arctic-Embed's training data are kept: queries with ids, documents with ids, and labels of a query and a
 * document. A pair is what is labelled relevant.
 *
 * @param relevanceColumn null when each label is a relevant one
 * @param minimumRelevance labels below it give no pair
 */
public record ParquetTriples(
        String name,
        Path queries,
        Path documents,
        Path labels,
        Columns columns,
        String relevanceColumn,
        double minimumRelevance,
        String language,
        SourceRules rules)
        implements RecordSource {
    /** The names of columns; case makes no difference. */
    public record Columns(String queryId, String queryText, String documentId, String documentText) {
        public Columns {
            requireNonNull(queryId, "queryId is null");
            requireNonNull(queryText, "queryText is null");
            requireNonNull(documentId, "documentId is null");
            requireNonNull(documentText, "documentText is null");
        }
    }

    public ParquetTriples {
        requireNonNull(name, "name is null");
        requireNonNull(queries, "queries is null");
        requireNonNull(documents, "documents is null");
        requireNonNull(labels, "labels is null");
        requireNonNull(columns, "columns is null");
        requireNonNull(language, "language is null");
        requireNonNull(rules, "rules is null");
    }
}
