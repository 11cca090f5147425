package dev.firn.training.measure;

import static java.util.Objects.requireNonNull;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What was retrieved for each query. The order of a query's documents carries no meaning; {@link RankingOrder} does. */
public final class TrecRun {
    private static final Pattern WHITESPACE = Pattern.compile("\\s+");

    private final Map<String, List<ScoredDocument>> retrieved;

    /**
     * Wraps what was retrieved by query.
     *
     * @throws IllegalArgumentException when a document occurs twice for a query
     */
    public TrecRun(Map<String, List<ScoredDocument>> retrieved) {
        Map<String, List<ScoredDocument>> copy = new LinkedHashMap<>();
        retrieved.forEach((query, documents) -> {
            Set<String> seen = HashSet.newHashSet(documents.size());
            for (ScoredDocument each : documents) {
                if (!seen.add(each.document())) {
                    throw new IllegalArgumentException(
                            "the document %s occurs twice for the query %s".formatted(each.document(), query));
                }
            }
            copy.put(query, List.copyOf(documents));
        });
        this.retrieved = Collections.unmodifiableMap(copy);
    }

    /**
     * Reads TREC's format: {@code query Q0 document rank score tag}, separated by white space; rank and tag are ignored, as
     * is what follows the tag. A file named {@code .gz}, {@code .zst} or {@code .xz} is unpacked.
     *
     * @throws MalformedLineException for a line with fewer fields, a score that is no number, a document that occurs twice
     *     for a query, or bytes that are not UTF-8
     */
    public static TrecRun read(Path file) throws IOException {
        Map<String, List<ScoredDocument>> retrieved = new LinkedHashMap<>();
        Map<String, Set<String>> seen = new LinkedHashMap<>();
        try (FieldLines lines = new FieldLines(file)) {
            for (String[] fields = lines.next(); fields != null; fields = lines.next()) {
                if (fields.length < 6) {
                    throw lines.malformed(
                            "expected 6 fields (query, Q0, document, rank, score, tag), found " + fields.length);
                }
                double score = score(fields[4], lines);
                if (!seen.computeIfAbsent(fields[0], any -> new HashSet<>()).add(fields[2])) {
                    throw lines.malformed(
                            "the document %s occurs twice for the query %s".formatted(fields[2], fields[0]));
                }
                retrieved
                        .computeIfAbsent(fields[0], any -> new ArrayList<>())
                        .add(new ScoredDocument(fields[2], score));
            }
        }
        return new TrecRun(retrieved);
    }

    private static double score(String field, FieldLines lines) throws MalformedLineException {
        double score;
        try {
            score = Double.parseDouble(field);
        } catch (NumberFormatException e) {
            throw lines.malformed("the score %s is no number".formatted(field));
        }
        if (Double.isNaN(score)) {
            throw lines.malformed("the score is not a number");
        }
        return score;
    }

    /**
     * Writes TREC's format, each query's documents in trec_eval's order for 32-bit scores, ranks from 1 on. Scores are
     * written with the digits that read back as the same 32-bit number.
     *
     * @throws IllegalArgumentException when the tag, a query or a document is empty or holds white space
     */
    public void write(Path file, String tag) throws IOException {
        requireField(tag, "tag");
        try (BufferedWriter writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
            for (Map.Entry<String, List<ScoredDocument>> entry : retrieved.entrySet()) {
                requireField(entry.getKey(), "query");
                int rank = 0;
                for (ScoredDocument each : RankingOrder.SINGLE.sorted(entry.getValue())) {
                    requireField(each.document(), "document");
                    rank++;
                    writer.write(entry.getKey() + " Q0 " + each.document() + " " + rank + " "
                            + Float.toString((float) each.score()) + " " + tag + "\n");
                }
            }
        }
    }

    private static void requireField(String field, String what) {
        if (field.isEmpty() || WHITESPACE.matcher(field).find()) {
            throw new IllegalArgumentException(
                    "a TREC run cannot hold the %s '%s': it is empty or holds white space".formatted(what, field));
        }
    }

    /** Returns the queries for which something was retrieved. */
    public Set<String> queries() {
        return retrieved.keySet();
    }

    /** Returns what was retrieved for a query; empty when nothing was. */
    public List<ScoredDocument> of(String query) {
        return requireNonNull(retrieved.getOrDefault(query, List.of()));
    }
}
