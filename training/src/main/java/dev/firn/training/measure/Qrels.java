package dev.firn.training.measure;

import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Relevance judgements: a whole number per query and document. A document is relevant when its number is at least 1;
 * graded measures use the number as the gain. Immutable, in the order in which the judgements came.
 */
public final class Qrels {
    private static final Pattern WHITESPACE = Pattern.compile("\\s+");

    private final Map<String, Map<String, Integer>> judgements;

    private Qrels(Map<String, Map<String, Integer>> judgements) {
        this.judgements = judgements;
    }

    /** Collects judgements. */
    public static final class Builder {
        private final Map<String, Map<String, Integer>> judgements = new LinkedHashMap<>();

        /**
         * Adds one judgement.
         *
         * @throws IllegalArgumentException when the query already has a judgement of this document
         */
        public Builder add(String query, String document, int relevance) {
            requireNonNull(query, "query is null");
            requireNonNull(document, "document is null");
            Map<String, Integer> documents = judgements.computeIfAbsent(query, any -> new LinkedHashMap<>());
            if (documents.putIfAbsent(document, relevance) != null) {
                throw new IllegalArgumentException(
                        "the document %s is judged twice for the query %s".formatted(document, query));
            }
            return this;
        }

        /** Returns the judgements; the builder must not be used any more. */
        public Qrels build() {
            judgements.replaceAll((query, documents) -> Collections.unmodifiableMap(documents));
            return new Qrels(Collections.unmodifiableMap(judgements));
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads TREC's format: {@code query iteration document relevance}, separated by white space.
     *
     * @throws MalformedLineException for a line with another number of fields, a relevance that is no whole number, or a
     *     document judged twice
     */
    public static Qrels read(Path file) throws IOException {
        Builder builder = builder();
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            long number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                String[] fields = WHITESPACE.split(line.trim(), -1);
                if (fields.length != 4) {
                    throw new MalformedLineException(
                            file,
                            number,
                            "expected 4 fields (query, iteration, document, relevance), found " + fields.length);
                }
                try {
                    builder.add(fields[0], fields[2], Integer.parseInt(fields[3]));
                } catch (NumberFormatException e) {
                    throw new MalformedLineException(
                            file, number, "the relevance %s is no whole number".formatted(fields[3]));
                } catch (IllegalArgumentException e) {
                    throw new MalformedLineException(file, number, e.getMessage());
                }
            }
        }
        return builder.build();
    }

    /** Returns the judged queries. */
    public Set<String> queries() {
        return judgements.keySet();
    }

    /** Returns the judgements of a query by document; empty when the query is not judged. */
    public Map<String, Integer> of(String query) {
        return judgements.getOrDefault(query, Map.of());
    }
}
