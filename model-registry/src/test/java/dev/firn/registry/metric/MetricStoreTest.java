package dev.firn.registry.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.registry.RegistrySchema;
import dev.firn.registry.StageToken;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.run.StageStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.ds.PGSimpleDataSource;

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
    void theExtremesOfALongSeriesStayTrueWhenStepsAreWrittenAgainAndDropped(TestRegistry registry) {
        MetricStore metrics = new MetricStore(registry.database());
        StageToken token = registry.begun("pretrain");
        Random random = new Random(1);
        TreeMap<Long, Double> values = new TreeMap<>();
        for (int round = 0; round < 5; round++) {
            List<MetricPoint> points = new ArrayList<>();
            for (long step = 1; step <= 9_000; step++) {
                // the first time all of them, then some again, among them former extremes
                if (round == 0 || random.nextInt(40) == 0) {
                    points.add(point(step, random.nextGaussian()));
                }
            }
            metrics.write(token, points);
            points.forEach(written -> values.put(written.step(), written.value()));
            long last = 8_999 - 1_000L * round - random.nextInt(100);
            metrics.discardAfter(token, last);
            values.tailMap(last, false).clear();

            assertThat(unlikeBuckets(registry, token)).isZero();
            for (int most : new int[] {4, 10, 100, 1_000}) {
                List<MetricSeries.Point> drawn = metrics.series(token.runId(), Optional.empty(), Optional.empty(), most)
                        .getFirst()
                        .points();
                assertThat(drawn)
                        .hasSizeLessThanOrEqualTo(most)
                        .allSatisfy(
                                point -> assertThat(values.get(point.step())).isEqualTo(point.value()));
                assertThat(drawn).isSortedAccordingTo(Comparator.comparingLong(MetricSeries.Point::step));
                assertThat(drawn.getFirst().step()).isEqualTo(values.firstKey());
                assertThat(drawn.getLast().step()).isEqualTo(values.lastKey());
                assertThat(drawn.stream().mapToDouble(MetricSeries.Point::value).max())
                        .hasValue(Collections.max(values.values()));
                assertThat(drawn.stream().mapToDouble(MetricSeries.Point::value).min())
                        .hasValue(Collections.min(values.values()));
            }
        }
        metrics.discardAfter(token, -1);
        assertThat(unlikeBuckets(registry, token)).isZero();
        assertThat(metrics.latest(token.runId(), "pretrain")).isEmpty();
    }

    /** How many buckets are not what the points give, or there without points, or missing. */
    private static long unlikeBuckets(TestRegistry registry, StageToken token) {
        return registry.count("""
                select count(*) from (
                    select series_id, bits, step >> bits as bucket, min(value) as lowest, max(value) as highest,
                           (array_agg(step order by value, step))[1] as lowest_step,
                           (array_agg(step order by value desc, step))[1] as highest_step
                    from metric_point, (values (6), (9), (12)) width (bits)
                    where series_id in (select id from metric_series where stage_execution_id = '%1$s')
                    group by 1, 2, 3) p
                full join (
                    select * from metric_bucket
                    where series_id in (select id from metric_series where stage_execution_id = '%1$s')) b
                using (series_id, bits, bucket)
                where (p.lowest, p.highest, p.lowest_step, p.highest_step)
                    is distinct from (b.lowest, b.highest, b.lowest_step, b.highest_step)""".formatted(token.executionId()));
    }

    @Test
    void anEarlierSchemasSeriesGetTheirBuckets(TestRegistry registry) throws SQLException {
        try (Connection connection = registry.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database metric_migration");
        }
        PGSimpleDataSource dataSource = registry.dataSource();
        dataSource.setDatabaseName("metric_migration");
        RegistrySchema.migrate(dataSource, "5");
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("set session_replication_role = replica");
            statement.execute(
                    "insert into metric_series (stage_execution_id, name) values (gen_random_uuid(), 'loss')");
            statement.execute("""
                    insert into metric_point (series_id, step, value)
                    select id, n, sin(n) from metric_series, generate_series(0, 9000) n""");
        }

        RegistrySchema.migrate(dataSource);

        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        select count(*) filter (where bits = 6), count(*) filter (where bits = 12),
                               count(*) filter (where bits = 9),
                               max(highest) = (select max(value) from metric_point),
                               min(lowest) = (select min(value) from metric_point)
                        from metric_bucket""")) {
            row.next();
            assertThat(row.getInt(1)).isEqualTo(141);
            assertThat(row.getInt(2)).isEqualTo(3);
            assertThat(row.getInt(3)).isEqualTo(18);
            assertThat(row.getBoolean(4)).isTrue();
            assertThat(row.getBoolean(5)).isTrue();
        }
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
