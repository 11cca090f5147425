package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import dev.firn.api.search.MapView;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A map, drawn: each text a dot in the colour of its language or source.
 *
 * @param title the model and its width
 * @param shares how much of the variance the two axes hold, in words
 * @param groups the colours, the largest group first; small ones share the last
 * @param dots those of the first group first
 */
record Drawing(String title, String shares, List<Group> groups, List<Dot> dots) {
    static final int WIDTH = 800;
    static final int HEIGHT = 560;
    private static final int EDGE = 16;
    private static final int COLOURS = 6;
    private static final int LONGEST_HOVER = 160;

    Drawing {
        requireNonNull(title, "title is null");
        requireNonNull(shares, "shares is null");
        groups = List.copyOf(groups);
        dots = List.copyOf(dots);
    }

    /** A language or source; {@code style} names its colour. */
    record Group(String name, long count, String style) {}

    /** A text. */
    record Dot(String x, String y, String style, String text) {}

    /** The window of the drawing. */
    public String viewBox() {
        return "0 0 " + WIDTH + " " + HEIGHT;
    }

    /** In words, for people who do not see it. */
    public String description() {
        return dots.size() + " texts on a plane: "
                + groups.stream()
                        .map(group -> group.count() + " of " + group.name())
                        .collect(Collectors.joining(", "));
    }

    static Drawing of(MapView map, boolean bySource) {
        Map<String, Long> counts = map.points().stream()
                .collect(Collectors.groupingBy(
                        point -> group(point, bySource), LinkedHashMap::new, Collectors.counting()));
        List<String> names = counts.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<String, Long> entry) -> -entry.getValue())
                        .thenComparing(Map.Entry::getKey))
                .map(Map.Entry::getKey)
                .toList();
        Map<String, String> styles = new LinkedHashMap<>();
        List<Group> groups = new ArrayList<>();
        long others = 0;
        for (int i = 0; i < names.size(); i++) {
            boolean own = i < COLOURS;
            styles.put(names.get(i), own ? "c" + (i + 1) : "rest");
            if (own) {
                groups.add(new Group(names.get(i), counts.get(names.get(i)), "c" + (i + 1)));
            } else {
                others += counts.get(names.get(i));
            }
        }
        if (others > 0) {
            groups.add(new Group((names.size() - COLOURS) + " others", others, "rest"));
        }
        double left = edge(map, true, false);
        double right = edge(map, true, true);
        double low = edge(map, false, false);
        double high = edge(map, false, true);
        // One scale for both axes: distances in the picture are those on the plane
        double scale = Math.min(
                (WIDTH - 2.0 * EDGE) / Math.max(1e-9, right - left),
                (HEIGHT - 2.0 * EDGE) / Math.max(1e-9, high - low));
        List<Dot> dots = map.points().stream()
                .map(point -> new Dot(
                        number(WIDTH / 2.0 + (point.x() - (left + right) / 2) * scale),
                        number(HEIGHT / 2.0 - (point.y() - (low + high) / 2) * scale),
                        styles.get(group(point, bySource)),
                        point.source() + ", " + point.language() + ": " + shortened(point.text())))
                .toList();
        return new Drawing(
                map.model() + " version " + map.version() + ", " + map.dimension() + " dimensions",
                String.format(
                        Locale.ROOT,
                        "Across lies %.0f%% of the variance, upwards %.0f%%.",
                        100 * map.shares().get(0),
                        100 * map.shares().get(1)),
                groups,
                dots);
    }

    private static String group(MapView.Point point, boolean bySource) {
        return bySource ? point.source() : point.language();
    }

    private static double edge(MapView map, boolean across, boolean upper) {
        double sign = upper ? 1 : -1;
        return sign
                * map.points().stream()
                        .mapToDouble(point -> sign * (across ? point.x() : point.y()))
                        .max()
                        .orElse(0);
    }

    private static String shortened(String text) {
        return text.codePointCount(0, text.length()) <= LONGEST_HOVER
                ? text
                : text.substring(0, text.offsetByCodePoints(0, LONGEST_HOVER)) + "…";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
