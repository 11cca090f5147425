package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import dev.firn.api.evaluation.EvaluationView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * nDCG@10 of a model version by set, languages and width, on the sets of one dataset.
 *
 * @param title on which sets
 * @param columns the widths, the widest first, and BM25 where it was measured
 * @param rows sets of one language first, then those of two
 * @param chart the means by width; null with fewer than two widths
 */
record QualityTable(String title, List<String> columns, List<Row> rows, QualityChart chart) {
    private static final String MEASURE = "ndcg_cut_10";
    private static final String FINETUNED = "finetuned";
    private static final String REGISTERED = "registered";
    private static final String LEXICAL = "bm25";

    QualityTable {
        requireNonNull(title, "title is null");
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    /** A row; its cells are those of the columns. */
    record Row(String set, String languages, int queries, boolean mean, List<Cell> cells) {
        Row {
            cells = List.copyOf(cells);
        }
    }

    /** A value; {@code best} when no other in its row is larger. */
    record Cell(String text, boolean best) {}

    private record Key(String kind, String set, String queryLanguage, String documentLanguage)
            implements Comparable<Key> {
        private static final Comparator<Key> ORDERED = Comparator.comparing(
                        Key::kind, Comparator.<String>naturalOrder().reversed())
                .thenComparing(Key::set)
                .thenComparing(Key::queryLanguage)
                .thenComparing(Key::documentLanguage);

        static Key of(EvaluationView evaluation) {
            return new Key(
                    evaluation.kind(), evaluation.set(), evaluation.queryLanguage(), evaluation.documentLanguage());
        }

        @Override
        public int compareTo(Key other) {
            return ORDERED.compare(this, other);
        }
    }

    /** {@code 0.734}. */
    static String text(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /** One table for what the version's run measured, and one for each dataset that it was measured on since. */
    static List<QualityTable> of(List<EvaluationView> evaluations) {
        Map<String, List<EvaluationView>> byDataset = new LinkedHashMap<>();
        for (EvaluationView evaluation : evaluations) {
            boolean ofVersion = evaluation.weights().equals(FINETUNED)
                    || evaluation.weights().equals(REGISTERED)
                    || evaluation.weights().equals(LEXICAL);
            if (ofVersion) {
                byDataset
                        .computeIfAbsent(
                                evaluation.dataset() == null ? "" : evaluation.dataset(), dataset -> new ArrayList<>())
                        .add(evaluation);
            }
        }
        List<QualityTable> tables = new ArrayList<>();
        byDataset.forEach((dataset, views) ->
                tables.add(table(dataset.isEmpty() ? "In the run that made it" : "On " + dataset, views)));
        return tables;
    }

    private static QualityTable table(String title, List<EvaluationView> evaluations) {
        TreeSet<Integer> widths = new TreeSet<>(Comparator.reverseOrder());
        Map<Key, Map<String, EvaluationView>> byKey = new TreeMap<>();
        boolean lexical = false;
        for (EvaluationView evaluation : evaluations) {
            if (evaluation.dimension() != null) {
                widths.add(evaluation.dimension());
            } else {
                lexical = true;
            }
            byKey.computeIfAbsent(Key.of(evaluation), key -> new LinkedHashMap<>())
                    .put(
                            evaluation.dimension() == null
                                    ? LEXICAL
                                    : evaluation.dimension().toString(),
                            evaluation);
        }
        List<String> columns = new ArrayList<>();
        widths.forEach(each -> columns.add(each.toString()));
        if (lexical) {
            columns.add(LEXICAL);
        }
        List<Row> rows = new ArrayList<>();
        for (String kind : List.of("own", "cross")) {
            List<Map.Entry<Key, Map<String, EvaluationView>>> ofKind = byKey.entrySet().stream()
                    .filter(entry -> entry.getKey().kind().equals(kind))
                    .toList();
            ofKind.forEach(entry -> rows.add(row(entry.getKey(), entry.getValue(), columns)));
            if (ofKind.size() > 1) {
                rows.add(mean(kind, ofKind.stream().map(Map.Entry::getValue).toList(), columns));
            }
        }
        return new QualityTable(
                title, columns, rows, QualityChart.of(evaluations, List.copyOf(widths.descendingSet())));
    }

    private static Row row(Key key, Map<String, EvaluationView> values, List<String> columns) {
        return new Row(
                key.set(),
                key.queryLanguage().equals(key.documentLanguage())
                        ? key.queryLanguage()
                        : key.queryLanguage() + " → " + key.documentLanguage(),
                values.values().stream().mapToInt(EvaluationView::queries).max().orElse(0),
                false,
                cells(columns.stream()
                        .map(column -> values.containsKey(column) ? value(values.get(column)) : Double.NaN)
                        .toList()));
    }

    private static Row mean(String kind, List<Map<String, EvaluationView>> rows, List<String> columns) {
        List<Double> means = new ArrayList<>();
        for (String column : columns) {
            OptionalDouble mean = rows.stream()
                    .filter(row -> row.containsKey(column))
                    .mapToDouble(row -> value(row.get(column)))
                    .average();
            means.add(mean.orElse(Double.NaN));
        }
        return new Row(kind.equals("own") ? "Mean, one language" : "Mean, two languages", "", 0, true, cells(means));
    }

    private static List<Cell> cells(List<Double> values) {
        double best = values.stream()
                .filter(value -> !value.isNaN())
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(Double.NaN);
        return values.stream()
                .map(value -> value.isNaN() ? new Cell("–", false) : new Cell(text(value), value == best))
                .toList();
    }

    static double value(EvaluationView evaluation) {
        return evaluation.measures().getOrDefault(MEASURE, Double.NaN);
    }
}
