package dev.firn.registry.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.registry.StageToken;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.run.StageStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestRegistry.Extension.class)
class MetricStoreTest {
    @Test
    void writesStepsAgainAfterAResumeAndDropsWhatTheDeadAttemptLeft(TestRegistry registry) {
        MetricStore metrics = new MetricStore(registry.database());
        StageToken first = registry.begun("pretrain");
        metrics.write(first, List.of(point(1, 5), point(2, 4), point(3, 3), point(4, 2)));

        StageToken second = registry.begin(first.runId(), "pretrain");
        metrics.discardAfter(second, 2);
        metrics.write(second, List.of(point(2, 4.5), point(3, 3.5), point(3, 3.25)));

        assertThat(metrics.series(first.runId(), Optional.empty(), Optional.empty(), 100))
                .containsExactly(new MetricSeries(
                        "pretrain",
                        "loss",
                        List.of(
                                new MetricSeries.Point(1, 5),
                                new MetricSeries.Point(2, 4.5),
                                new MetricSeries.Point(3, 3.25))));
        assertThat(metrics.latest(first.runId(), "pretrain")).isEqualTo(Map.of("loss", 3.25));
    }

    @Test
    void thinsALongSeriesWithoutLosingItsExtremes(TestRegistry registry) {
        MetricStore metrics = new MetricStore(registry.database());
        StageToken token = registry.begun("pretrain");
        List<MetricPoint> points = new ArrayList<>();
        for (int step = 1; step <= 5000; step++) {
            double value = step == 1234 ? 99 : step == 4321 ? -99 : Math.sin(step);
            points.add(point(step, value));
        }
        metrics.write(token, points);

        MetricSeries series = metrics.series(token.runId(), Optional.of("pretrain"), Optional.of("loss"), 200)
                .getFirst();

        assertThat(series.points()).hasSizeBetween(150, 200);
        assertThat(series.points())
                .contains(new MetricSeries.Point(1234, 99), new MetricSeries.Point(4321, -99))
                .isSortedAccordingTo(java.util.Comparator.comparingLong(MetricSeries.Point::step));
        assertThat(series.points())
                .allSatisfy(point -> assertThat(points).contains(new MetricPoint("loss", point.step(), point.value())));
    }

    @Test
    void showsTheSeriesOfTheExecutionThatAStageReuses(TestRegistry registry) {
        MetricStore metrics = new MetricStore(registry.database());
        StageStore stages = new StageStore(registry.database());
        StageToken source = registry.begun("pretrain");
        metrics.write(source, List.of(point(1, 5)));
        stages.finish(source, List.of());
        UUID runId = registry.run("pretrain").id();
        stages.reuse(runId, "pretrain", "key", source.executionId(), "test");

        assertThat(metrics.series(runId, Optional.empty(), Optional.empty(), 100))
                .isEqualTo(metrics.series(source.runId(), Optional.empty(), Optional.empty(), 100))
                .hasSize(1);
        assertThat(metrics.series(runId, Optional.of("mine"), Optional.empty(), 100))
                .isEmpty();
    }

    @Test
    void tellsASeriesInAFewNumbers(TestRegistry registry) {
        MetricStore metrics = new MetricStore(registry.database());
        StageToken token = registry.begun("pretrain");
        metrics.write(token, List.of(point(10, 5), point(20, 1), point(30, 2), new MetricPoint("late", 30, 7)));

        assertThat(metrics.summaries(token.runId(), OptionalLong.of(29)))
                .containsExactly(
                        new MetricSummary("pretrain", "late", 7, 7, new MetricSeries.Point(30, 7), Optional.empty()),
                        new MetricSummary(
                                "pretrain",
                                "loss",
                                1,
                                5,
                                new MetricSeries.Point(30, 2),
                                Optional.of(new MetricSeries.Point(20, 1))));
        assertThat(metrics.summaries(token.runId(), OptionalLong.empty()))
                .allSatisfy(summary -> assertThat(summary.at()).isEmpty());
    }

    @Test
    void givesTheLastValuesOfSeveralRunsAtOnce(TestRegistry registry) {
        MetricStore metrics = new MetricStore(registry.database());
        UUID run = registry.run("initialise", "pretrain").id();
        metrics.write(registry.begin(run, "initialise"), List.of(point(1, 9)));
        metrics.write(
                registry.begin(run, "pretrain"), List.of(point(1, 5), point(2, 4), new MetricPoint("other", 1, 3)));
        UUID without = registry.run("pretrain").id();

        assertThat(metrics.latest(List.of(run, without), List.of("loss", "ndcg")))
                .isEqualTo(Map.of(run, Map.of("loss", 4.0)));
    }

    @Test
    void refusesWhatIsNotFinite() {
        for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> point(1, value))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("loss at step 1");
        }
    }

    private static MetricPoint point(long step, double value) {
        return new MetricPoint("loss", step, value);
    }
}
