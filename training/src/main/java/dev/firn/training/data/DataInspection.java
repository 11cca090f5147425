package dev.firn.training.data;

import java.util.List;

/**
 * What a look at the inputs found, before anything is computed.
 *
 * @param sources every source with its number of pairs, as preparing would give them
 * @param evaluations every evaluation set with its number of queries and documents
 * @param notes what a user should know of what is left out, a line each
 * @param inputDigest lower-case hex SHA-256 over the bytes of every input file, in the definition's order; without
 *     their places
 */
public record DataInspection(
        List<DataFault> faults,
        List<SourceCount> sources,
        List<EvaluationCount> evaluations,
        List<String> notes,
        String inputDigest) {
    public DataInspection {
        faults = List.copyOf(faults);
        sources = List.copyOf(sources);
        evaluations = List.copyOf(evaluations);
        notes = List.copyOf(notes);
    }

    /** A source and the number of its pairs. */
    public record SourceCount(String name, String language, long pairs) {}

    /** An evaluation set and its size. */
    public record EvaluationCount(
            String name,
            EvaluationKind kind,
            String queryLanguage,
            String documentLanguage,
            long queries,
            long documents) {}

    /** Whether nothing is wrong. */
    public boolean sound() {
        return faults.isEmpty();
    }
}
