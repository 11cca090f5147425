package dev.firn.training.evaluation;

import static java.util.Objects.requireNonNull;

import dev.firn.training.measure.Measured;
import dev.firn.training.measure.TrecRun;
import dev.firn.training.search.Quantisation;

/**
 * What one retriever reached on one set.
 *
 * @param set the set's name
 * @param dimension number of components used of each vector; null when no vectors were used (BM25)
 * @param quantisation how the documents' vectors were stored
 * @param indexRecall where an approximate index was searched, the share of what exact search finds that it found; else null
 * @param measured means over all judged queries, and the values per query
 * @param run what was retrieved
 */
public record SetResult(
        String set,
        String queryLanguage,
        String documentLanguage,
        Integer dimension,
        Quantisation quantisation,
        Double indexRecall,
        Measured measured,
        TrecRun run) {
    public SetResult {
        requireNonNull(set, "set is null");
        requireNonNull(queryLanguage, "queryLanguage is null");
        requireNonNull(documentLanguage, "documentLanguage is null");
        requireNonNull(quantisation, "quantisation is null");
        requireNonNull(measured, "measured is null");
        requireNonNull(run, "run is null");
    }
}
