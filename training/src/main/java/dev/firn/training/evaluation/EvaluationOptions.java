package dev.firn.training.evaluation;

import dev.firn.training.measure.Measure;
import dev.firn.training.search.Quantisation;
import java.util.List;

/**
 * What an evaluation retrieves and measures.
 *
 * @param depth number of documents retrieved per query; at least 100, or recall@100 would suffer; 1000 is usual
 * @param measures at least one
 * @param quantisations how documents' vectors are stored, each evaluated beside the others; at least one
 * @param exactSearchLimit number of documents up to which every one is compared with every query; with more an approximate index
 *     is searched, and its recall against exact search told
 */
public record EvaluationOptions(
        int depth, List<Measure> measures, List<Quantisation> quantisations, int exactSearchLimit) {
    public EvaluationOptions {
        measures = List.copyOf(measures);
        quantisations = List.copyOf(quantisations);
        if (depth < 100) {
            throw new IllegalArgumentException("depth must be at least 100, is " + depth);
        }
        if (measures.isEmpty() || quantisations.isEmpty()) {
            throw new IllegalArgumentException("there must be at least one measure and one quantisation");
        }
        if (exactSearchLimit < 0) {
            throw new IllegalArgumentException("exactSearchLimit must be at least 0, is " + exactSearchLimit);
        }
    }

    /** The standard measures, vectors as they are, and exact search whatever the number of documents. */
    public static EvaluationOptions standard(int depth) {
        return new EvaluationOptions(depth, Measure.STANDARD, List.of(Quantisation.NONE), Integer.MAX_VALUE);
    }

    /** The same but for the limit of exact search. */
    public EvaluationOptions withExactSearchLimit(int limit) {
        return new EvaluationOptions(depth, measures, quantisations, limit);
    }
}
