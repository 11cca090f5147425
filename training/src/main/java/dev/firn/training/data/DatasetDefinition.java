package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Everything a prepared dataset is made of.
 *
 * @param nearDuplicates how texts that are nearly the same are looked for; null when only equal ones are
 * @param queryPrefix what stands before every query when it is tokenised, such as {@code "query: "}; may be empty
 * @param documentPrefix the same for documents
 */
public record DatasetDefinition(
        List<DataSource> sources,
        List<EvaluationCollection> evaluations,
        NearDuplicates nearDuplicates,
        TokenizerDefinition tokenizer,
        String queryPrefix,
        String documentPrefix) {
    public DatasetDefinition {
        sources = List.copyOf(sources);
        evaluations = List.copyOf(evaluations);
        requireNonNull(tokenizer, "tokenizer is null");
        requireNonNull(queryPrefix, "queryPrefix is null");
        requireNonNull(documentPrefix, "documentPrefix is null");
    }

    /** A dataset in which only equal texts are looked for. */
    public DatasetDefinition(
            List<DataSource> sources,
            List<EvaluationCollection> evaluations,
            TokenizerDefinition tokenizer,
            String queryPrefix,
            String documentPrefix) {
        this(sources, evaluations, null, tokenizer, queryPrefix, documentPrefix);
    }
}
