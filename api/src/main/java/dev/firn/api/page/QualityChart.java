package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import dev.firn.api.evaluation.EvaluationView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Quality against width and bytes of a vector, drawn: the means over sets of one language and of two, the widths at equal
 * distances.
 *
 * @param ticks the widths with what a vector then takes
 * @param levels lines of equal quality
 * @param series one for sets of one language, one for those of two, as far as there are such
 * @param description in words, for people who do not see it
 */
record QualityChart(List<Tick> ticks, List<Level> levels, List<Series> series, String description) {
    static final int WIDTH = 480;
    static final int HEIGHT = 240;
    private static final int LEFT = 48;
    private static final int RIGHT = 16;
    private static final int TOP = 12;
    private static final int BOTTOM = 44;
    private static final int LEVELS = 4;

    QualityChart {
        ticks = List.copyOf(ticks);
        levels = List.copyOf(levels);
        series = List.copyOf(series);
        requireNonNull(description, "description is null");
    }

    /** A width on the axis. */
    record Tick(String x, String width, String bytes) {}

    /** A line of equal quality. */
    record Level(String y, String text) {}

    /** Points in a row. */
    record Series(String name, String style, String line, List<Point> points) {
        Series {
            points = List.copyOf(points);
        }
    }

    /** A mean. */
    record Point(String x, String y, String text) {}

    /** The window of the drawing. */
    public String viewBox() {
        return "0 0 " + WIDTH + " " + HEIGHT;
    }

    public int left() {
        return LEFT;
    }

    public int right() {
        return WIDTH - RIGHT;
    }

    public int widthsAt() {
        return HEIGHT - BOTTOM + 18;
    }

    public int bytesAt() {
        return HEIGHT - BOTTOM + 34;
    }

    /**
     * The chart; null where it would be a single point.
     *
     * @param widths ascending
     */
    static QualityChart of(List<EvaluationView> evaluations, List<Integer> widths) {
        if (widths.size() < 2) {
            return null;
        }
        Map<String, Map<Integer, Double>> means = new TreeMap<>();
        for (String kind : List.of("own", "cross")) {
            for (int width : widths) {
                OptionalDouble mean = evaluations.stream()
                        .filter(each ->
                                each.kind().equals(kind) && each.dimension() != null && each.dimension() == width)
                        .mapToDouble(QualityTable::value)
                        .average();
                if (mean.isPresent() && !Double.isNaN(mean.getAsDouble())) {
                    means.computeIfAbsent(kind, any -> new TreeMap<>()).put(width, mean.getAsDouble());
                }
            }
        }
        double least = means.values().stream()
                .flatMap(each -> each.values().stream())
                .mapToDouble(Double::doubleValue)
                .min()
                .orElse(0);
        double most = means.values().stream()
                .flatMap(each -> each.values().stream())
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(1);
        double room = Math.max(0.02, (most - least) * 0.15);
        double from = Math.max(0, least - room);
        double to = Math.min(1, most + room);

        List<Tick> ticks = new ArrayList<>();
        for (int i = 0; i < widths.size(); i++) {
            ticks.add(new Tick(
                    number(x(i, widths.size())),
                    widths.get(i).toString(),
                    Format.size((long) widths.get(i) * Float.BYTES)));
        }
        List<Level> levels = new ArrayList<>();
        for (int i = 0; i <= LEVELS; i++) {
            double value = from + (to - from) * i / LEVELS;
            levels.add(new Level(number(y(value, from, to)), QualityTable.text(value)));
        }
        List<Series> series = new ArrayList<>();
        List<String> words = new ArrayList<>();
        for (String kind : List.of("own", "cross")) {
            if (!means.containsKey(kind)) {
                continue;
            }
            String name = kind.equals("own") ? "One language" : "Two languages";
            StringBuilder line = new StringBuilder();
            List<Point> points = new ArrayList<>();
            for (int i = 0; i < widths.size(); i++) {
                Double value = means.get(kind).get(widths.get(i));
                if (value == null) {
                    continue;
                }
                String x = number(x(i, widths.size()));
                String y = number(y(value, from, to));
                line.append(line.isEmpty() ? "" : " ").append(x).append(',').append(y);
                String text = "%s, width %d (%s a vector): %s"
                        .formatted(
                                name,
                                widths.get(i),
                                Format.size((long) widths.get(i) * Float.BYTES),
                                QualityTable.text(value));
                points.add(new Point(x, y, text));
                words.add(text);
            }
            series.add(new Series(name, kind.equals("own") ? "first" : "second", line.toString(), points));
        }
        return new QualityChart(ticks, levels, series, "nDCG@10 against width. " + String.join("; ", words) + ".");
    }

    private static double x(int index, int count) {
        return LEFT + (WIDTH - LEFT - RIGHT) * (index + 0.5) / count;
    }

    private static double y(double value, double from, double to) {
        return TOP + (HEIGHT - TOP - BOTTOM) * (to - value) / (to - from);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
