package dev.firn.training.measure;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Relevance judgements: a whole number per query and document. A document is relevant when its number is at least 1;
 * graded measures use the number as the gain. Immutable, in the order in which the judgements came.
 */
public final class Qrels {
    private static final List<String> BEIR_HEADING = List.of("query-id", "corpus-id", "score");

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
     * Reads TREC's format: {@code query iteration document relevance}, separated by white space; or BEIR's, of three fields, when
     * the first line is its heading {@code query-id corpus-id score}. A file named {@code .gz}, {@code .zst} or {@code .xz} is
     * unpacked.
     *
     * @throws MalformedLineException for a line with another number of fields, a relevance that is no whole number, a
     *     document judged twice, or bytes that are not UTF-8
     */
    public static Qrels read(Path file) throws IOException {
        Builder builder = builder();
        try (FieldLines lines = new FieldLines(file)) {
            boolean beir = false;
            boolean first = true;
            for (String[] fields = lines.next(); fields != null; fields = lines.next()) {
                if (first && BEIR_HEADING.equals(List.of(fields))) {
                    beir = true;
                } else {
                    add(builder, beir, fields, lines);
                }
                first = false;
            }
        }
        return builder.build();
    }

    private static void add(Builder builder, boolean beir, String[] fields, FieldLines lines)
            throws MalformedLineException {
        if (fields.length != (beir ? 3 : 4)) {
            throw lines.malformed(
                    beir
                            ? "expected 3 fields (query, document, relevance), found " + fields.length
                            : "expected 4 fields (query, iteration, document, relevance), found " + fields.length);
        }
        String relevance = fields[fields.length - 1];
        try {
            builder.add(fields[0], fields[fields.length - 2], Integer.parseInt(relevance));
        } catch (NumberFormatException e) {
            throw lines.malformed("the relevance %s is no whole number".formatted(relevance));
        } catch (IllegalArgumentException e) {
            throw lines.malformed(e.getMessage());
        }
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
