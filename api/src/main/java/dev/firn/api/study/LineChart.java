package dev.firn.api.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Lines over a few points, as an SVG that needs nothing else: points stand side by side at even distances, whatever their values. Its
 * colours come from the style sheet of the page that it stands in, by the classes {@code s1}, {@code s2} and so on.
 *
 * @param title what it shows, for people who do not see it
 * @param labels of the points
 */
record LineChart(String title, List<String> labels, List<Series> series, int width, int height) {
    private static final int LEFT = 46;
    private static final int RIGHT = 16;
    private static final int BOTTOM = 30;
    private static final int LEGEND_LINE = 18;
    private static final int CHARACTER = 7;
    private static final double LARGEST = 1e9;

    LineChart {
        labels = List.copyOf(labels);
        series = series.stream().filter(LineChart::holdsAnything).toList();
    }

    /**
     * A line.
     *
     * @param values one for each point; null where there is none
     * @param dashed whether it is drawn so, for what it is to be compared with
     */
    record Series(String name, List<Value> values, boolean dashed) {}

    /** A value with its interval, which may be just the value. */
    record Value(double mean, double low, double high) {
        /** A value without an interval. */
        static Value of(double mean) {
            return new Value(mean, mean, mean);
        }
    }

    private static boolean holdsAnything(Series series) {
        return series.values().stream().anyMatch(Objects::nonNull);
    }

    /** Whether there is anything to draw. */
    boolean empty() {
        return series.isEmpty();
    }

    /** The picture; safe to be put into a page as it is. */
    String svg() {
        List<List<Series>> legend = legend();
        int top = 8 + LEGEND_LINE * legend.size();
        Scale scale = Scale.of(series.stream()
                .flatMap(line -> line.values().stream())
                .filter(Objects::nonNull)
                .flatMap(value -> java.util.stream.Stream.of(value.low(), value.high()))
                .toList());
        StringBuilder svg = new StringBuilder();
        svg.append("<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">"
                .formatted(width, height, escaped(title)));
        for (double tick : scale.ticks()) {
            double y = y(tick, scale, top);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>",
                    LEFT,
                    width - RIGHT,
                    y,
                    y));
            svg.append(String.format(
                    Locale.ROOT,
                    "<text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT - 6,
                    y + 4,
                    scale.text(tick)));
        }
        int every = Math.max(1, labels.size() * longest() * CHARACTER / Math.max(1, width - LEFT - RIGHT));
        for (int i = 0; i < labels.size(); i++) {
            if (i % every == 0 || i == labels.size() - 1) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                        x(i),
                        height - 10,
                        escaped(labels.get(i))));
            }
        }
        for (int i = 0; i < series.size(); i++) {
            line(svg, series.get(i), i + 1, scale, top);
        }
        legend(svg, legend);
        return svg.append("</svg>").toString();
    }

    private int longest() {
        return labels.stream().mapToInt(String::length).max().orElse(1) + 1;
    }

    private void line(StringBuilder svg, Series line, int number, Scale scale, int top) {
        StringBuilder path = new StringBuilder();
        StringBuilder upper = new StringBuilder();
        List<String> lower = new ArrayList<>();
        for (int i = 0; i < line.values().size(); i++) {
            Value value = line.values().get(i);
            if (value == null) {
                continue;
            }
            String move = path.isEmpty() ? "M" : "L";
            path.append(String.format(Locale.ROOT, "%s%.1f %.1f", move, x(i), y(value.mean(), scale, top)));
            upper.append(String.format(Locale.ROOT, "%s%.1f %.1f", move, x(i), y(value.high(), scale, top)));
            lower.add(String.format(Locale.ROOT, "L%.1f %.1f", x(i), y(value.low(), scale, top)));
        }
        boolean intervals = line.values().stream().anyMatch(value -> value != null && value.high() > value.low());
        if (intervals) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<path class=\"band s%d\" d=\"%s%sZ\"/>",
                    number,
                    upper,
                    String.join("", lower.reversed())));
        }
        svg.append(String.format(
                Locale.ROOT, "<path class=\"line s%d%s\" d=\"%s\"/>", number, line.dashed() ? " dashed" : "", path));
        for (int i = 0; i < line.values().size(); i++) {
            Value value = line.values().get(i);
            if (value != null) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<circle class=\"dot s%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%s, %s: %.3f</title></circle>",
                        number,
                        x(i),
                        y(value.mean(), scale, top),
                        escaped(line.name()),
                        escaped(labels.get(i)),
                        value.mean()));
            }
        }
    }

    private List<List<Series>> legend() {
        List<List<Series>> lines = new ArrayList<>();
        int room = 0;
        for (Series line : series) {
            int needed = 24 + line.name().length() * CHARACTER;
            if (lines.isEmpty() || room < needed) {
                lines.add(new ArrayList<>());
                room = width - LEFT - RIGHT;
            }
            lines.getLast().add(line);
            room -= needed;
        }
        return lines;
    }

    private void legend(StringBuilder svg, List<List<Series>> legend) {
        int number = 1;
        for (int i = 0; i < legend.size(); i++) {
            int x = LEFT;
            int y = 12 + i * LEGEND_LINE;
            for (Series line : legend.get(i)) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<path class=\"line s%d%s\" d=\"M%d %dh14\"/>",
                        number++,
                        line.dashed() ? " dashed" : "",
                        x,
                        y - 4));
                svg.append(String.format(
                        Locale.ROOT,
                        "<text class=\"key\" x=\"%d\" y=\"%d\">%s</text>",
                        x + 19,
                        y,
                        escaped(line.name())));
                x += 24 + line.name().length() * CHARACTER;
            }
        }
    }

    private double x(int point) {
        double room = width - LEFT - RIGHT;
        return LEFT + room * (point + 0.5) / labels.size();
    }

    private double y(double value, Scale scale, int top) {
        double room = height - top - 4 - BOTTOM;
        return Math.clamp(top + 4 + room * (scale.high() - value) / (scale.high() - scale.low()), -LARGEST, LARGEST);
    }

    /** Text as it may stand in an SVG or an attribute. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
