package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import dev.firn.api.evaluation.EvaluationView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * nDCG@10 of weights side by side, one row for a set, language pair and width.
 *
 * @param title what the rows have in common
 * @param columns the weights, in the order of training; BM25 last
 */
record EvaluationTable(String title, List<String> columns, List<Row> rows) {
    private static final String MEASURE = "ndcg_cut_10";
    private static final String LEXICAL = "bm25";
    private static final List<String> ORDER = List.of("untrained", "initialised", "pretrained", "finetuned", LEXICAL);

    EvaluationTable {
        requireNonNull(title, "title is null");
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    /** A row; its cells are those of the columns. */
    record Row(String set, String languages, String width, int queries, List<Cell> cells) {}

    /** A value; {@code best} when no other in its row is larger. */
    record Cell(String text, boolean best) {}

    private record Key(String set, String queryLanguage, String documentLanguage, int dimension)
            implements Comparable<Key> {
        private static final Comparator<Key> ORDERED = Comparator.comparing(Key::dimension, Comparator.reverseOrder())
                .thenComparing(Key::set)
                .thenComparing(Key::queryLanguage)
                .thenComparing(Key::documentLanguage);

        @Override
        public int compareTo(Key other) {
            return ORDERED.compare(this, other);
        }
    }

    /** One table for passages in the query's language and one for those in another; none where nothing was measured. */
    static List<EvaluationTable> of(List<EvaluationView> evaluations) {
        List<EvaluationTable> tables = new ArrayList<>();
        Map<String, String> titles = new LinkedHashMap<>();
        titles.put("own", "Queries and passages in one language");
        titles.put("cross", "Queries in one language, passages in another");
        titles.forEach((kind, title) -> {
            List<EvaluationView> ofKind = evaluations.stream()
                    .filter(evaluation -> evaluation.kind().equals(kind))
                    .toList();
            if (!ofKind.isEmpty()) {
                tables.add(table(title, ofKind));
            }
        });
        return tables;
    }

    private static EvaluationTable table(String title, List<EvaluationView> evaluations) {
        List<String> columns = ORDER.stream()
                .filter(weights -> evaluations.stream()
                        .anyMatch(evaluation -> evaluation.weights().equals(weights)))
                .toList();
        Map<Key, Map<String, EvaluationView>> byKey = new TreeMap<>();
        for (EvaluationView evaluation : evaluations) {
            if (evaluation.dimension() != null) {
                byKey.computeIfAbsent(key(evaluation, evaluation.dimension()), key -> new LinkedHashMap<>())
                        .put(evaluation.weights(), evaluation);
            }
        }
        // Words have no width: BM25 stands beside each of the widths.
        for (EvaluationView evaluation : evaluations) {
            if (evaluation.dimension() == null) {
                byKey.forEach((key, values) -> {
                    if (key.equals(key(evaluation, key.dimension()))) {
                        values.put(evaluation.weights(), evaluation);
                    }
                });
            }
        }
        List<Row> rows = new ArrayList<>();
        byKey.forEach((key, values) -> rows.add(row(key, values, columns)));
        return new EvaluationTable(title, columns, rows);
    }

    private static Key key(EvaluationView evaluation, int dimension) {
        return new Key(evaluation.set(), evaluation.queryLanguage(), evaluation.documentLanguage(), dimension);
    }

    private static Row row(Key key, Map<String, EvaluationView> values, List<String> columns) {
        double best = values.values().stream()
                .mapToDouble(EvaluationTable::value)
                .max()
                .orElse(Double.NaN);
        List<Cell> cells = columns.stream()
                .map(column -> {
                    EvaluationView evaluation = values.get(column);
                    double value = evaluation == null ? Double.NaN : value(evaluation);
                    return Double.isNaN(value)
                            ? new Cell("–", false)
                            : new Cell(String.format(Locale.ROOT, "%.3f", value), value == best);
                })
                .toList();
        int queries =
                values.values().stream().mapToInt(EvaluationView::queries).max().orElse(0);
        String languages = key.queryLanguage().equals(key.documentLanguage())
                ? key.queryLanguage()
                : key.queryLanguage() + " → " + key.documentLanguage();
        return new Row(key.set(), languages, Integer.toString(key.dimension()), queries, cells);
    }

    private static double value(EvaluationView evaluation) {
        return evaluation.measures().getOrDefault(MEASURE, Double.NaN);
    }
}
