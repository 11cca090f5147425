package dev.firn.api.search;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Texts on a plane, as a model sees them: the first two principal components of their vectors.
 *
 * @param dimension how many dimensions were used
 * @param shares of the variance that lie along x and y
 */
public record MapView(String model, int version, int dimension, List<Double> shares, List<Point> points) {
    public MapView {
        requireNonNull(model, "model is null");
        shares = List.copyOf(shares);
        points = List.copyOf(points);
    }

    /** A text and where it lies. */
    public record Point(double x, double y, String language, String source, String text) {
        public Point {
            requireNonNull(language, "language is null");
            requireNonNull(source, "source is null");
            requireNonNull(text, "text is null");
        }
    }
}
