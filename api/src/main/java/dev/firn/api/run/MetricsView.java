package dev.firn.api.run;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.metric.MetricSeries;
import java.util.List;

/** The numbers of a run over the steps of its stages. */
public record MetricsView(List<Series> series) {
    public MetricsView {
        series = List.copyOf(series);
    }

    /**
     * The numbers of one name.
     *
     * @param points pairs of step and value, by rising step
     */
    public record Series(String stage, String name, List<List<Number>> points) {
        public Series {
            requireNonNull(stage, "stage is null");
            requireNonNull(name, "name is null");
            points = List.copyOf(points);
        }

        /** The view of a series. */
        static Series of(MetricSeries series) {
            List<List<Number>> points = series.points().stream()
                    .map(point -> List.<Number>of(point.step(), point.value()))
                    .toList();
            return new Series(series.stage(), series.name(), points);
        }
    }
}
