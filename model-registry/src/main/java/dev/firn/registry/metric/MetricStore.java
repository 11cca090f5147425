package dev.firn.registry.metric;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Columns;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.StageToken;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** The numbers over steps. */
public final class MetricStore {
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
        });
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
                        where stage_execution_id = :execution and name = any(cast(:names as text[]))""")
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
            handle.createUpdate("""
                            delete from metric_point
                            where step > :step and series_id in
                                (select id from metric_series where stage_execution_id = :execution)""")
                    .bind("step", step)
                    .bind("execution", token.executionId())
                    .execute();
        });
    }

    /**
     * The series of a run, in the order of its stages and then of their names. A reused stage shows the series of the
     * execution it reuses.
     *
     * @param stage only of this stage
     * @param name only this one
     * @param maximumPoints about how many points a series may have, at least 2; longer ones are thinned to the
     *     smallest and largest value of each stretch
     */
    public List<MetricSeries> series(UUID runId, Optional<String> stage, Optional<String> name, int maximumPoints) {
        if (maximumPoints < 2) {
            throw new IllegalArgumentException("maximumPoints must be at least 2, is " + maximumPoints);
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
        List<MetricSeries.Point> points = handle.createQuery("""
                        with bounds as (
                            select count(*) as points, min(step) as first, max(step) as last
                            from metric_point where series_id = :series
                        ), stretched as (
                            select p.step, p.value,
                                   case when b.points <= :maximum then p.step
                                        else (p.step - b.first) * (:maximum / 2) / (b.last - b.first + 1) end as stretch
                            from metric_point p cross join bounds b
                            where p.series_id = :series
                        ), extremes as (
                            select stretch, min(value) as lowest, max(value) as highest
                            from stretched group by stretch
                        )
                        select min(s.step) as step, s.value
                        from stretched s join extremes e
                          on e.stretch = s.stretch and (s.value = e.lowest or s.value = e.highest)
                        group by s.stretch, s.value
                        order by step""")
                .bind("series", series.id())
                .bind("maximum", (long) maximumPoints)
                .map((row, context) -> new MetricSeries.Point(row.getLong("step"), row.getDouble("value")))
                .list();
        return new MetricSeries(series.stage(), series.name(), points);
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
                            select min(value) as least, max(value) as greatest from metric_point
                            where series_id = m.id) a
                        cross join lateral (
                            select step, value from metric_point where series_id = m.id order by step desc limit 1) l
                        left join lateral (
                            select step, value from metric_point where series_id = m.id and step <= :step
                            order by step desc limit 1) t on true
                        where s.run_id = :run
                        order by s.position, m.name""")
                .bind("run", runId)
                .bind("step", step.orElse(-1))
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
