package dev.firn.registry.metric;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The numbers of one name over the steps of a stage.
 *
 * @param stage the stage
 * @param name the name
 * @param points by rising step
 */
public record MetricSeries(String stage, String name, List<Point> points) {

    public MetricSeries {
        requireNonNull(stage, "stage is null");
        requireNonNull(name, "name is null");
        points = List.copyOf(points);
    }

    /** A value at a step. */
    public record Point(long step, double value) {}
}
