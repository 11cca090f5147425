package dev.firn.workflows.specification;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One place that pairs of texts are read from. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SourceSpecification.Messages.class, name = "messages"),
    @JsonSubTypes.Type(value = SourceSpecification.JsonLines.class, name = "jsonl"),
    @JsonSubTypes.Type(value = SourceSpecification.Parquet.class, name = "parquet"),
    @JsonSubTypes.Type(value = SourceSpecification.Triples.class, name = "triples"),
    @JsonSubTypes.Type(value = SourceSpecification.Collection.class, name = "collection"),
    @JsonSubTypes.Type(value = SourceSpecification.Registered.class, name = "dataset")
})
public sealed interface SourceSpecification {
    String name();

    /** Translated message catalogues in a Maven artifact. */
    record Messages(
            String name,
            String artifact,
            String entries,
            List<String> languages,
            List<String> evaluationLanguages,
            String passageSuffix,
            int evaluationShare,
            String referenceLanguage)
            implements SourceSpecification {}

    /** A source whose pairs are records of files. */
    sealed interface Records extends SourceSpecification {
        /** {@code fail} or {@code skip}; null: fail. */
        @Nullable
        String onBadRecord();

        /** How many are skipped at most; null: 1000. */
        @Nullable
        Long badRecordLimit();

        @Nullable
        QualitySpecification quality();
    }

    /**
     * Files of one JSON object a line.
     *
     * @param format null: one pair a line
     * @param language null: each line names its own
     * @param translations null: none are looked for
     */
    record JsonLines(
            String name,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String format,

            List<String> files,
            @Nullable String language,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            TranslationsSpecification translations,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String onBadRecord,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            Long badRecordLimit,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            QualitySpecification quality)
            implements Records {}

    /**
     * Parquet files of one pair a row.
     *
     * @param split only files of it; null: all
     * @param languageColumn null: there is none
     * @param language null: each row names its own
     */
    record Parquet(
            String name,
            List<String> files,
            @Nullable String split,
            String queryColumn,
            String documentColumn,
            @Nullable String languageColumn,
            @Nullable String language,
            @Nullable String onBadRecord,
            @Nullable Long badRecordLimit,
            @Nullable QualitySpecification quality)
            implements Records {}

    /**
     * Parquet files of queries, of documents, and of labels.
     *
     * @param relevanceColumn null: RELEVANCE where there is one, else every label is a relevant one
     */
    record Triples(
            String name,
            String queries,
            String documents,
            String labels,
            String queryIdColumn,
            String queryColumn,
            String documentIdColumn,
            String documentColumn,
            @Nullable String relevanceColumn,
            double minimumRelevance,
            String language,
            @Nullable String onBadRecord,
            @Nullable Long badRecordLimit,
            @Nullable QualitySpecification quality)
            implements Records {}

    /**
     * A folder of documents, queries and judgements.
     *
     * @param layout null: as the folder looks
     * @param split null: the layout's usual one
     */
    record Collection(
            String name,
            String folder,
            @Nullable String layout,
            @Nullable String split,
            int minimumRelevance,
            String language,
            @Nullable String onBadRecord,
            @Nullable Long badRecordLimit,
            @Nullable QualitySpecification quality)
            implements Records {}

    /**
     * Files of pairs that were sent to the registry.
     *
     * @param dataset name@version
     * @param sha256 of the dataset's artifact; filled in when the run is accepted
     * @param language of lines that name none; what was said when it was sent, where left out
     */
    record Registered(
            String name,
            String dataset,
            @Nullable String sha256,
            @Nullable String language) implements SourceSpecification {}
}
