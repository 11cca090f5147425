package dev.firn.cli.client;

import java.util.Map;

/**
 * What was measured on one evaluation set.
 *
 * @param weights whose weights ranked: {@code untrained}, {@code initialised}, {@code pretrained}, {@code finetuned},
 *     or {@code bm25}
 * @param set the set's name
 * @param kind {@code own} when queries and documents share a language, {@code cross} when they do not
 * @param dimension the number of leading dimensions that were compared; null for BM25
 * @param queries the number of judged queries
 * @param measures trec_eval's names to values
 */
public record Evaluation(
        String weights,
        String set,
        String kind,
        String queryLanguage,
        String documentLanguage,
        Integer dimension,
        int queries,
        Map<String, Double> measures) {

    public Evaluation {
        measures = measures == null ? Map.of() : Map.copyOf(measures);
    }
}
