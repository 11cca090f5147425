package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The counts of a prepared dataset; it is written as {@code dataset.json}.
 *
 * @param inputDigest see {@link DataInspection#inputDigest()}
 * @param found what was found among the pairs and kept, by reason
 * @param dropped what was left out for training, by reason: {@code pairs.…} of all sources, {@code texts.…} for masked
 *     language modelling
 */
public record DatasetSummary(
        String inputDigest,
        TableSummary queries,
        TableSummary documents,
        TableSummary corpus,
        List<SourceSummary> sources,
        List<EvaluationSummary> evaluations,
        TokenizerSummary tokenizer,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Long> found,
        Map<String, Long> dropped) {
    public DatasetSummary {
        found = found == null ? new TreeMap<>() : new TreeMap<>(found);
        requireNonNull(inputDigest, "inputDigest is null");
        requireNonNull(queries, "queries is null");
        requireNonNull(documents, "documents is null");
        requireNonNull(corpus, "corpus is null");
        requireNonNull(tokenizer, "tokenizer is null");
        sources = List.copyOf(sources);
        evaluations = List.copyOf(evaluations);
        dropped = new TreeMap<>(dropped);
    }

    /**
     * Size of a table.
     *
     * @param characters code points
     * @param tokens with prefixes and special tokens
     * @param longest tokens of the longest sequence
     * @param full sequences of the tokeniser's maximum length, nearly all of which were cut
     */
    public record TableSummary(long texts, long characters, long tokens, long longest, long full) {}

    /** Size of a source, and what was left out of it by reason. */
    public record SourceSummary(String name, String language, long pairs, Map<String, Long> dropped) {
        public SourceSummary {
            dropped = new TreeMap<>(dropped);
        }
    }

    /** Size of an evaluation set, and what was left out of it or made one by reason. */
    public record EvaluationSummary(
            String name,
            EvaluationKind kind,
            String queryLanguage,
            String documentLanguage,
            long queries,
            long documents,
            long judgements,
            Map<String, Long> dropped) {
        public EvaluationSummary {
            dropped = new TreeMap<>(dropped);
        }
    }

    /** The tokeniser that the tokens come from; {@code definition} as {@code Tokenizer.definition()} gives it. */
    public record TokenizerSummary(
            String definition, int vocabularySize, int maximumLength, String queryPrefix, String documentPrefix) {}
}
