package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * Three Parquet files, or folders of such, as the scripts of Arctic-Embed keep training data: queries with ids, documents with ids,
 * and labels of a query and a document. A pair is what is labelled relevant. A label of 0 or less gives a hard negative; Arctic's
 * mined labels have a {@code RELEVANCE} of 1 and −1.
 *
 * @param relevanceColumn null for {@value #USUAL_RELEVANCE} where the labels have it; where they do not, each is a relevant one
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
    /** The column that tells the relevance where none is named. */
    static final String USUAL_RELEVANCE = "relevance";

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
