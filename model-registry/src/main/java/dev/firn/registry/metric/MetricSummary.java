package dev.firn.registry.metric;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A series in a few numbers.
 *
 * @param least its smallest value
 * @param greatest its largest value
 * @param last its last point
 * @param at its last point up to the step that was asked for; nothing where none was, or where the series begins later
 */
public record MetricSummary(
        String stage,
        String name,
        double least,
        double greatest,
        MetricSeries.Point last,
        Optional<MetricSeries.Point> at) {

    public MetricSummary {
        requireNonNull(stage, "stage is null");
        requireNonNull(name, "name is null");
        requireNonNull(last, "last is null");
        requireNonNull(at, "at is null");
    }
}
