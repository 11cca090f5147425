package dev.firn.training.data;

import java.util.List;
import java.util.Map;

/**
 * The counts of a prepared dataset; it is written as {@code dataset.json}.
 *
 * @param dropped what was left out of all sources and evaluation sets, by reason
 */
public record DatasetSummary(
        String inputDigest,
        TableSummary queries,
        TableSummary documents,
        TableSummary corpus,
        List<SourceSummary> sources,
        List<EvaluationSummary> evaluations,
        TokenizerSummary tokenizer,
        Map<String, Long> dropped) {
    public DatasetSummary {
        sources = List.copyOf(sources);
        evaluations = List.copyOf(evaluations);
    }

    /** Size of a table. */
    public record TableSummary(long texts, long characters, long tokens, long longestSequence, long cutSequences) {}

    /** Size of a source, and what was left out of it by reason. */
    public record SourceSummary(String name, String language, long pairs, Map<String, Long> dropped) {}

    /** Size of an evaluation set, and what was left out of it by reason. */
    public record EvaluationSummary(
            String name,
            EvaluationKind kind,
            String queryLanguage,
            String documentLanguage,
            long queries,
            long documents,
            long judgements,
            Map<String, Long> dropped) {}

    /** The tokeniser that the tokens come from. */
    public record TokenizerSummary(
            String definition, int vocabularySize, int maximumLength, String queryPrefix, String documentPrefix) {}
}
