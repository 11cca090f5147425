package dev.firn.registry.metric;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Columns;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.StageToken;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatements;

/** The numbers over steps. */
public final class MetricStore {
    /** The fewest points that a series can be asked for in. */
    public static final int FEWEST_POINTS = 4;

    /** The smallest buckets have 64 steps; there are those of eight times as many, and of eight times that. */
    private static final int SMALLEST_BITS = 6;

    private static final int LARGEST_BITS = 12;
    private static final int MORE_BITS = 3;

    private static final String ON_SAME_BUCKET = """
            on conflict (series_id, bits, bucket) do update
            set lowest_step = excluded.lowest_step, lowest = excluded.lowest,
                highest_step = excluded.highest_step, highest = excluded.highest
            where (metric_bucket.lowest_step, metric_bucket.lowest, metric_bucket.highest_step, metric_bucket.highest)
                is distinct from (excluded.lowest_step, excluded.lowest, excluded.highest_step, excluded.highest)""";

    private final RegistryDatabase database;

    public MetricStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Writes points in one statement, over those that are there. The last of several for the same name and step counts.
     *
     * @throws dev.firn.registry.StaleFenceException when the writer was replaced
     */
    public void write(StageToken token, Collection<MetricPoint> points) {
        database.useTransaction(handle -> {
            token.require(handle);
            Map<String, Map<Long, Double>> byName = new LinkedHashMap<>();
            for (MetricPoint point : points) {
                byName.computeIfAbsent(point.name(), name -> new LinkedHashMap<>())
                        .put(point.step(), point.value());
            }
            if (byName.isEmpty()) {
                return;
            }
            Map<String, Long> series = seriesIds(handle, token.executionId(), byName.keySet());
            List<Long> ids = new ArrayList<>();
            List<Long> steps = new ArrayList<>();
            List<Double> values = new ArrayList<>();
            byName.forEach((name, atStep) -> atStep.forEach((step, value) -> {
                ids.add(series.get(name));
                steps.add(step);
                values.add(value);
            }));
            handle.createUpdate("""
                            insert into metric_point (series_id, step, value)
                            select * from unnest(cast(:ids as bigint[]), cast(:steps as bigint[]),
                                                 cast(:values as double precision[]))
                            on conflict (series_id, step) do update
                            set value = excluded.value, recorded_at = excluded.recorded_at""")
                    .bindArray("ids", Long.class, ids)
                    .bindArray("steps", Long.class, steps)
                    .bindArray("values", Double.class, values)
                    .execute();
            refreshBuckets(handle, ids, steps);
        });
    }

    /** Brings the buckets up to date in which these series' steps lie; a bucket without points is not made. */
    private static void refreshBuckets(Handle handle, List<Long> seriesIds, List<Long> steps) {
        handle.createUpdate("""
                        insert into metric_bucket (series_id, bits, bucket, lowest_step, lowest, highest_step, highest)
                        select t.series_id, :bits, t.bucket, l.step, l.value, h.step, h.value
                        from (select distinct series_id, step >> :bits as bucket
                              from unnest(cast(:ids as bigint[]), cast(:steps as bigint[])) as u (series_id, step)) t
                        cross join lateral (
                            select p.step, p.value from metric_point p
                            where p.series_id = t.series_id
                              and p.step between t.bucket << :bits and (t.bucket << :bits) + :last
                            order by p.value, p.step limit 1) l
                        cross join lateral (
                            select p.step, p.value from metric_point p
                            where p.series_id = t.series_id
                              and p.step between t.bucket << :bits and (t.bucket << :bits) + :last
                            order by p.value desc, p.step limit 1) h
                        """ + ON_SAME_BUCKET)
                .bind("bits", SMALLEST_BITS)
                .bind("last", (1L << SMALLEST_BITS) - 1)
                .bindArray("ids", Long.class, seriesIds)
                .bindArray("steps", Long.class, steps)
                .execute();
        for (int bits = SMALLEST_BITS + MORE_BITS; bits <= LARGEST_BITS; bits += MORE_BITS) {
            handle.createUpdate("""
                            insert into metric_bucket (series_id, bits, bucket, lowest_step, lowest, highest_step, highest)
                            select t.series_id, :bits, t.bucket, l.lowest_step, l.lowest, h.highest_step, h.highest
                            from (select distinct series_id, step >> :bits as bucket
                                  from unnest(cast(:ids as bigint[]), cast(:steps as bigint[])) as u (series_id, step)) t
                            cross join lateral (
                                select b.lowest_step, b.lowest from metric_bucket b
                                where b.series_id = t.series_id and b.bits = :bits - :more
                                  and b.bucket between t.bucket << :more and (t.bucket << :more) + :last
                                order by b.lowest, b.lowest_step limit 1) l
                            cross join lateral (
                                select b.highest_step, b.highest from metric_bucket b
                                where b.series_id = t.series_id and b.bits = :bits - :more
                                  and b.bucket between t.bucket << :more and (t.bucket << :more) + :last
                                order by b.highest desc, b.highest_step limit 1) h
                            """ + ON_SAME_BUCKET)
                    .bind("bits", bits)
                    .bind("more", MORE_BITS)
                    .bind("last", (1L << MORE_BITS) - 1)
                    .bindArray("ids", Long.class, seriesIds)
                    .bindArray("steps", Long.class, steps)
                    .execute();
        }
    }

    private static Map<String, Long> seriesIds(Handle handle, UUID executionId, Collection<String> names) {
        handle.createUpdate("""
                        insert into metric_series (stage_execution_id, name)
                        select :execution, name from unnest(cast(:names as text[])) as name
                        on conflict on constraint metric_series_once do nothing""")
                .bind("execution", executionId)
                .bindArray("names", String.class, List.copyOf(names))
                .execute();
        Map<String, Long> ids = new LinkedHashMap<>();
        handle.createQuery("""
                        select id, name from metric_series
                        where stage_execution_id = :execution and name = any(cast(:names as text[]))
                        order by id for no key update""")
                .bind("execution", executionId)
                .bindArray("names", String.class, List.copyOf(names))
                .map((row, context) -> ids.put(row.getString("name"), row.getLong("id")))
                .list();
        return ids;
    }

    /**
     * Removes the points after a step: what an attempt left behind that the present one will not have done when it
     * goes on from that step.
     *
     * @throws dev.firn.registry.StaleFenceException when the writer was replaced
     */
    public void discardAfter(StageToken token, long step) {
        database.useTransaction(handle -> {
            token.require(handle);
            List<Long> series = handle.createQuery("""
                            select id from metric_series where stage_execution_id = :execution
                            order by id for no key update""")
                    .bind("execution", token.executionId())
                    .mapTo(Long.class)
                    .list();
            handle.createUpdate("delete from metric_point where step > :step and series_id = any(:series)")
                    .bind("step", step)
                    .bindArray("series", Long.class, series)
                    .execute();
            handle.createUpdate("delete from metric_bucket where bucket >= :step >> bits and series_id = any(:series)")
                    .bind("step", step)
                    .bindArray("series", Long.class, series)
                    .execute();
            refreshBuckets(handle, series, Collections.nCopies(series.size(), step));
        });
    }

    /**
     * The series of a run, in the order of its stages and then of their names. A reused stage shows the series of the
     * execution it reuses.
     *
     * @param stage only of this stage
     * @param name only this one
     * @param maximumPoints how many points a series may have, at least {@value #FEWEST_POINTS}; longer ones are thinned to
     *     their first and last point and the smallest and largest value of each stretch between
     */
    public List<MetricSeries> series(UUID runId, Optional<String> stage, Optional<String> name, int maximumPoints) {
        if (maximumPoints < FEWEST_POINTS) {
            throw new IllegalArgumentException(
                    "maximumPoints must be at least " + FEWEST_POINTS + ", is " + maximumPoints);
        }
        return database.inTransaction(handle -> {
            List<MetricSeries> result = new ArrayList<>();
            for (Row row : rows(handle, runId, stage, name)) {
                result.add(read(handle, row, maximumPoints));
            }
            return result;
        });
    }

    private record Row(long id, String stage, String name) {}

    private static List<Row> rows(Handle handle, UUID runId, Optional<String> stage, Optional<String> name) {
        return handle.createQuery("""
                        select m.id, s.stage, m.name
                        from stage_execution s
                        join metric_series m on m.stage_execution_id = coalesce(s.reused_from, s.id)
                        where s.run_id = :run
                          and (cast(:stage as text) is null or s.stage = :stage)
                          and (cast(:name as text) is null or m.name = :name)
                        order by s.position, m.name""")
                .bind("run", runId)
                .bind("stage", stage.orElse(null))
                .bind("name", name.orElse(null))
                .map((row, context) -> new Row(row.getLong("id"), row.getString("stage"), row.getString("name")))
                .list();
    }

    private static MetricSeries read(Handle handle, Row series, int maximumPoints) {
        Extent extent = handle.createQuery("""
                        select (select count(*) from (select 1 from metric_point
                                                      where series_id = :series limit :more) p) > :maximum as long,
                               (select min(step) from metric_point where series_id = :series) as first,
                               (select max(step) from metric_point where series_id = :series) as last""")
                .bind("series", series.id())
                .bind("maximum", maximumPoints)
                .bind("more", maximumPoints + 1)
                .map((row, context) -> new Extent(row.getBoolean("long"), row.getLong("first"), row.getLong("last")))
                .one();
        return new MetricSeries(
                series.stage(),
                series.name(),
                extent.isLong() ? thinned(handle, series.id(), extent, maximumPoints) : all(handle, series.id()));
    }

    /** Whether a series has more points than are asked for, and its first and last step. */
    private record Extent(boolean isLong, long first, long last) {}

    private static List<MetricSeries.Point> all(Handle handle, long series) {
        return handle.createQuery("select step, value from metric_point where series_id = :series order by step")
                .bind("series", series)
                .map((row, context) -> new MetricSeries.Point(row.getLong("step"), row.getDouble("value")))
                .list();
    }

    /**
     * The extremes of stretches of equal length. They are taken from the largest buckets that are no longer than a stretch,
     * so that at most 64 points or 9 buckets of a stretch are read while a stretch has fewer than 32768 steps.
     */
    private static List<MetricSeries.Point> thinned(Handle handle, long series, Extent extent, int maximumPoints) {
        // Two points of each stretch, and the first and the last of all
        long stretches = (maximumPoints - 2L) / 2;
        long length = (extent.last() - extent.first()) / stretches + 1;
        int bits = LARGEST_BITS;
        while (bits > SMALLEST_BITS && length < 1L << bits) {
            bits -= MORE_BITS;
        }
        String extremes = length < 1L << SMALLEST_BITS ? """
                select min(array[value, step]) as lowest, max(array[value, -step]) as highest
                from metric_point where series_id = :series
                group by (step - :first) / :length""" : """
                select min(array[lowest, lowest_step]) as lowest, max(array[highest, -highest_step]) as highest
                from metric_bucket where series_id = :series and bits = :bits
                group by ((bucket << bits) - :first) / :length""";
        // An array is compared by its first element, then by its second: of equal values the first step counts
        return handle.createQuery("with extreme as (" + extremes + """
                        )
                        select cast(lowest[2] as bigint) as step, lowest[1] as value from extreme
                        union
                        select cast(-highest[2] as bigint), highest[1] from extreme
                        union
                        select step, value from metric_point where series_id = :series and step in (:first, :last)
                        order by step""")
                .configure(SqlStatements.class, statements -> statements.setUnusedBindingAllowed(true))
                .bind("series", series)
                .bind("first", extent.first())
                .bind("last", extent.last())
                .bind("length", length)
                .bind("bits", bits)
                .map((row, context) -> new MetricSeries.Point(row.getLong("step"), row.getDouble("value")))
                .list();
    }

    /**
     * Each series of a run in a few numbers, in the order of its stages and then of their names.
     *
     * @param step of which step there should be a value
     */
    public List<MetricSummary> summaries(UUID runId, OptionalLong step) {
        return database.inTransaction(handle -> handle.createQuery("""
                        select s.stage, m.name, a.least, a.greatest, l.step as last_step, l.value as last_value,
                               t.step as at_step, t.value as at_value
                        from stage_execution s
                        join metric_series m on m.stage_execution_id = coalesce(s.reused_from, s.id)
                        cross join lateral (
                            select min(lowest) as least, max(highest) as greatest from metric_bucket
                            where series_id = m.id and bits = :bits) a
                        cross join lateral (
                            select step, value from metric_point where series_id = m.id order by step desc limit 1) l
                        left join lateral (
                            select step, value from metric_point where series_id = m.id and step <= :step
                            order by step desc limit 1) t on true
                        where s.run_id = :run
                        order by s.position, m.name""")
                .bind("run", runId)
                .bind("step", step.orElse(-1))
                .bind("bits", LARGEST_BITS)
                .map((row, context) -> new MetricSummary(
                        row.getString("stage"),
                        row.getString("name"),
                        row.getDouble("least"),
                        row.getDouble("greatest"),
                        new MetricSeries.Point(row.getLong("last_step"), row.getDouble("last_value")),
                        row.getObject("at_step") == null
                                ? Optional.empty()
                                : Optional.of(
                                        new MetricSeries.Point(row.getLong("at_step"), row.getDouble("at_value")))))
                .list());
    }

    /**
     * The last value of series with one of these names, of several runs at once: of the latest of a run's stages that has
     * one.
     */
    public Map<UUID, Map<String, Double>> latest(Collection<UUID> runIds, Collection<String> names) {
        return database.inTransaction(handle -> {
            Map<UUID, Map<String, Double>> result = new LinkedHashMap<>();
            handle.createQuery("""
                            select s.run_id, m.name, p.value
                            from stage_execution s
                            join metric_series m on m.stage_execution_id = coalesce(s.reused_from, s.id)
                            cross join lateral (
                                select value from metric_point where series_id = m.id order by step desc limit 1) p
                            where s.run_id = any(:runs) and m.name = any(:names)
                            order by s.run_id, s.position""")
                    .bindArray("runs", UUID.class, List.copyOf(runIds))
                    .bindArray("names", String.class, List.copyOf(names))
                    .map((row, context) -> result.computeIfAbsent(
                                    Columns.id(row, "run_id"), id -> new LinkedHashMap<>())
                            .put(row.getString("name"), row.getDouble("value")))
                    .list();
            return result;
        });
    }

    /** The value of each name at its last step, of one stage of a run. */
    public Map<String, Double> latest(UUID runId, String stage) {
        return database.inTransaction(handle -> {
            Map<String, Double> result = new LinkedHashMap<>();
            handle.createQuery("""
                            select m.name, p.value
                            from stage_execution s
                            join metric_series m on m.stage_execution_id = coalesce(s.reused_from, s.id)
                            cross join lateral (
                                select value from metric_point where series_id = m.id order by step desc limit 1) p
                            where s.run_id = :run and s.stage = :stage
                            order by m.name""")
                    .bind("run", runId)
                    .bind("stage", stage)
                    .map((row, context) -> result.put(row.getString("name"), row.getDouble("value")))
                    .list();
            return result;
        });
    }
}
