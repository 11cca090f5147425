package dev.firn.api.study;

import static dev.firn.api.study.LineChart.escaped;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Points beside each other with their intervals, one line each, as an SVG that needs nothing else. What is to be compared is close
 * together, so its axis need not begin at 0.
 *
 * @param title what it shows, for people who do not see it
 */
record BarChart(String title, List<Bar> bars, int width) {
    private static final int LINE = 26;
    private static final int BOTTOM = 28;
    private static final int RIGHT = 56;
    private static final int CHARACTER = 7;
    private static final int MOST_LABEL = 42;

    BarChart {
        bars = List.copyOf(bars);
    }

    /**
     * A line.
     *
     * @param value null where there is none
     */
    record Bar(String label, LineChart.Value value) {}

    /** Whether there is anything to draw. */
    boolean empty() {
        return bars.stream().allMatch(bar -> bar.value() == null);
    }

    /** The picture; safe to be put into a page as it is. */
    String svg() {
        int longest = bars.stream().mapToInt(bar -> bar.label().length()).max().orElse(0);
        int left = 14 + Math.min(longest, MOST_LABEL) * CHARACTER;
        int height = 8 + bars.size() * LINE + BOTTOM;
        Scale scale = Scale.of(bars.stream()
                .map(Bar::value)
                .filter(Objects::nonNull)
                .flatMap(value -> Stream.of(value.low(), value.high()))
                .toList());
        StringBuilder svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
                width,
                height,
                escaped(title)));
        for (double tick : scale.ticks()) {
            double x = x(tick, scale, left);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"4\" y2=\"%d\"/>",
                    x,
                    x,
                    height - BOTTOM));
            svg.append(String.format(
                    Locale.ROOT,
                    "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                    x,
                    height - 10,
                    scale.text(tick)));
        }
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            int y = 8 + i * LINE + LINE / 2;
            svg.append(String.format(
                    Locale.ROOT,
                    "<text class=\"key\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
                    left - 8,
                    y + 4,
                    escaped(shortened(bar.label()))));
            LineChart.Value value = bar.value();
            if (value == null) {
                continue;
            }
            if (value.high() > value.low()) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<path class=\"line s1\" d=\"M%.1f %dH%.1f\"/>",
                        x(value.low(), scale, left),
                        y,
                        x(value.high(), scale, left)));
            }
            svg.append(String.format(
                    Locale.ROOT,
                    "<circle class=\"dot s1\" cx=\"%.1f\" cy=\"%d\" r=\"5\"><title>%s: %.3f</title></circle>",
                    x(value.mean(), scale, left),
                    y,
                    escaped(bar.label()),
                    value.mean()));
            svg.append(String.format(
                    Locale.ROOT,
                    "<text class=\"tick\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%.3f</text>",
                    width - 4,
                    y + 4,
                    value.mean()));
        }
        return svg.append("</svg>").toString();
    }

    private static String shortened(String label) {
        return label.length() <= MOST_LABEL ? label : label.substring(0, MOST_LABEL - 1) + "…";
    }

    private double x(double value, Scale scale, int left) {
        double room = width - left - RIGHT - 8.0;
        return left + 4 + room * (value - scale.low()) / (scale.high() - scale.low());
    }
}
