package dev.firn.training.data;

import dev.firn.training.batch.PairSource;
import dev.firn.training.batch.TokenTable;
import java.nio.file.Path;
import java.util.List;

/**
 * A prepared dataset, its tables mapped into memory. Rows of {@link #queries()} and {@link #queryTokens()} are the same
 * texts, and so on. After {@link #close()} its tables must not be used.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class PreparedDataset implements AutoCloseable {
    private PreparedDataset() {}

    /** Opens the folder that {@link DatasetPreparer} wrote. */
    public static PreparedDataset open(Path folder) {
        throw new UnsupportedOperationException("written next: " + folder);
    }

    /** What dataset.json says: counts, and what was dropped and why. */
    public DatasetSummary summary() {
        throw new UnsupportedOperationException("written next");
    }

    /** The folder of tokenizer.json, tokenizer_config.json and special_tokens_map.json. */
    public Path tokenizerFolder() {
        throw new UnsupportedOperationException("written next");
    }

    /** The different queries of all sources. */
    public TextTable queries() {
        throw new UnsupportedOperationException("written next");
    }

    /** The different documents of all sources. */
    public TextTable documents() {
        throw new UnsupportedOperationException("written next");
    }

    /** Every different text for training, for masked language modelling. */
    public TextTable corpus() {
        throw new UnsupportedOperationException("written next");
    }

    /** The queries' tokens, with the query prefix. */
    public TokenTable queryTokens() {
        throw new UnsupportedOperationException("written next");
    }

    /** The documents' tokens, with the document prefix. */
    public TokenTable documentTokens() {
        throw new UnsupportedOperationException("written next");
    }

    /** The corpus's tokens, without a prefix. */
    public TokenTable corpusTokens() {
        throw new UnsupportedOperationException("written next");
    }

    /** Pairs of rows by source, sources by name; without negatives. */
    public List<PairSource> sources() {
        throw new UnsupportedOperationException("written next");
    }

    /** The evaluation sets, in the order of the definition. */
    public List<EvaluationSet> evaluationSets() {
        throw new UnsupportedOperationException("written next");
    }

    @Override
    public void close() {}
}
