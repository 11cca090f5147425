package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.api.run.RunView;
import dev.firn.registry.metric.MetricSummary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Runs side by side.
 *
 * @param runs in the order in which they were asked for
 * @param metrics their numbers
 * @param differences what their specifications do not have in common
 * @param step at which step their numbers are told besides; null when none was asked for
 */
record Comparison(List<RunView> runs, List<Metric> metrics, List<Difference> differences, Long step) {
    private static final List<String> WEIGHTS = List.of("finetuned", "pretrained", "initialised", "untrained", "bm25");

    Comparison {
        runs = List.copyOf(runs);
        metrics = List.copyOf(metrics);
        differences = List.copyOf(differences);
    }

    /** A number of a stage, in one or more rows. */
    record Metric(String stage, String name, List<Row> rows) {
        Metric {
            requireNonNull(stage, "stage is null");
            requireNonNull(name, "name is null");
            rows = List.copyOf(rows);
        }
    }

    /** What the values are: the last, the best, or those at a step; one for each run. */
    record Row(String what, List<Cell> cells) {
        Row {
            requireNonNull(what, "what is null");
            cells = List.copyOf(cells);
        }
    }

    /** A value; {@code best} when no other run has a better one, where that can be said. */
    record Cell(String text, boolean best) {}

    /** Which of two values is better. */
    private enum Better {
        SMALLER,
        LARGER,
        NEITHER;

        private static Better of(String name) {
            if (name.equals("loss")) {
                return SMALLER;
            }
            return name.startsWith("ndcg10.") || name.equals("tokensPerSecond") ? LARGER : NEITHER;
        }
    }

    private record Key(String stage, String name) {}

    static Comparison of(
            List<RunView> runs, List<List<MetricSummary>> summaries, List<JsonNode> specifications, OptionalLong step) {
        Map<Key, MetricSummary[]> byMetric = new LinkedHashMap<>();
        for (int i = 0; i < runs.size(); i++) {
            for (MetricSummary summary : summaries.get(i)) {
                byMetric.computeIfAbsent(
                                new Key(summary.stage(), summary.name()), key -> new MetricSummary[runs.size()])[i] = summary;
            }
        }
        List<Metric> metrics = new ArrayList<>();
        byMetric.entrySet().stream()
                .sorted(Comparator.comparingInt(entry -> rank(entry.getKey())))
                .forEach(entry -> metrics.add(metric(entry.getKey(), entry.getValue(), step)));
        return new Comparison(
                runs, metrics, Difference.among(specifications), step.isPresent() ? step.getAsLong() : null);
    }

    /** How good the weights are comes first, the last ones before those they were made from; the rest stays in its order. */
    private static int rank(Key key) {
        if (key.name().startsWith("ndcg10.")) {
            return WEIGHTS.indexOf(key.name().substring(key.name().lastIndexOf('.') + 1));
        }
        return WEIGHTS.size();
    }

    private static Metric metric(Key key, MetricSummary[] summaries, OptionalLong step) {
        Better better = Better.of(key.name());
        List<Row> rows = new ArrayList<>();
        rows.add(row("last", summaries, summary -> Optional.of(summary.last().value()), better));
        boolean overSteps =
                Arrays.stream(summaries).anyMatch(summary -> summary != null && summary.least() != summary.greatest());
        if (overSteps && better != Better.NEITHER) {
            rows.add(row(
                    "best",
                    summaries,
                    summary -> Optional.of(better == Better.SMALLER ? summary.least() : summary.greatest()),
                    better));
        }
        if (overSteps && step.isPresent()) {
            rows.add(row(
                    "at step " + step.getAsLong(),
                    summaries,
                    summary -> summary.at().map(point -> point.value()),
                    better));
        }
        return new Metric(key.stage(), Format.metricName(key.name()), rows);
    }

    private static Row row(
            String what, MetricSummary[] summaries, Function<MetricSummary, Optional<Double>> value, Better better) {
        List<Optional<Double>> values = Arrays.stream(summaries)
                .map(summary -> summary == null ? Optional.<Double>empty() : value.apply(summary))
                .toList();
        double[] present = values.stream()
                .flatMap(Optional::stream)
                .mapToDouble(Double::doubleValue)
                .toArray();
        double best = switch (better) {
            case SMALLER -> Arrays.stream(present).min().orElse(Double.NaN);
            case LARGER -> Arrays.stream(present).max().orElse(Double.NaN);
            case NEITHER -> Double.NaN;
        };
        boolean tellsApart =
                present.length > 1 && Arrays.stream(present).distinct().count() > 1;
        return new Row(
                what,
                IntStream.range(0, values.size())
                        .mapToObj(i -> values.get(i)
                                .map(each -> new Cell(Format.number(each), tellsApart && each == best))
                                .orElse(new Cell("–", false)))
                        .toList());
    }
}
