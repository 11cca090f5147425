package dev.firn.api.search;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What models found.
 *
 * @param query the query
 * @param documents how many documents were searched in
 * @param ofDocuments how many there are; more than were searched in where a set is large
 * @param results one for each model that was asked, in the same order
 */
public record SearchView(String query, int documents, long ofDocuments, List<Result> results) {
    public SearchView {
        requireNonNull(query, "query is null");
        results = List.copyOf(results);
    }

    /**
     * What one model found.
     *
     * @param dimension how many dimensions were used
     * @param hits the best documents, the best first
     */
    public record Result(String model, int version, int dimension, List<Hit> hits) {
        public Result {
            requireNonNull(model, "model is null");
            hits = List.copyOf(hits);
        }
    }

    /**
     * A document that was found.
     *
     * @param rank from 1
     * @param id its id in its set, or its place among the texts, from 0
     * @param score the cosine of the angle between query and document
     * @param ranks its rank in each of the results, in their order
     */
    public record Hit(int rank, String id, String text, double score, List<Integer> ranks) {
        public Hit {
            requireNonNull(id, "id is null");
            requireNonNull(text, "text is null");
            ranks = List.copyOf(ranks);
        }
    }
}
