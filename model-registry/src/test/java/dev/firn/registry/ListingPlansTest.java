package dev.firn.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.CheckpointFilter;
import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.dataset.DatasetStore;
import dev.firn.registry.evaluation.EvaluationFilter;
import dev.firn.registry.evaluation.EvaluationStore;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.lineage.LineageStore;
import dev.firn.registry.metric.MetricStore;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunFilter;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import dev.firn.registry.run.StageStore;
import dev.firn.registry.study.Study;
import dev.firn.registry.study.StudyStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.ds.PGSimpleDataSource;

/** What a page of each listing reads does not depend on how many rows there are: PostgreSQL counts what it reads. */
@ExtendWith(TestRegistry.Extension.class)
class ListingPlansTest {
    private static final int PAGE = 20;
    private static final int RUNS = 2000;
    private static final int CHECKPOINTS_PER_RUN = 20;

    @Test
    void aPageReadsAboutAsManyRowsAsItShows(TestRegistry registry) {
        RegistryDatabase database = filled(registry);
        RunStore runs = new RunStore(database);
        CheckpointStore checkpoints = new CheckpointStore(database);
        Run run = runs.list(RunFilter.ALL, PageRequest.first(1)).items().getFirst();
        Checkpoint checkpoint = checkpoints
                .list(CheckpointFilter.ALL, PageRequest.first(1))
                .items()
                .getFirst();
        PageRequest page = PageRequest.after(PAGE, Cursor.of(middle(database)).encoded());

        Map<String, Runnable> listings = new LinkedHashMap<>();
        listings.put("runs", () -> runs.list(RunFilter.ALL, page));
        listings.put("runs by state", () -> runs.list(new RunFilter(Set.of(RunState.FAILED), Optional.empty()), page));
        listings.put(
                "runs in a state that none is in",
                () -> runs.list(new RunFilter(Set.of(RunState.STOPPING), Optional.empty()), PageRequest.first(PAGE)));
        listings.put(
                "runs in several states",
                () -> runs.list(
                        new RunFilter(Set.of(RunState.PAUSED, RunState.FAILED, RunState.CANCELLED), Optional.empty()),
                        page));
        listings.put("runs by a part of the name", () -> runs.list(partOfName("run 1"), page));
        listings.put("runs by a part of no name", () -> runs.list(partOfName("nobody"), PageRequest.first(PAGE)));
        listings.put("runs by a part of one name", () -> runs.list(partOfName("ALONE"), PageRequest.first(PAGE)));
        listings.put("runs by name", () -> runs.list(new RunFilter(Set.of(), Optional.of(run.name())), page));
        listings.put("unfinished runs", () -> runs.unfinished(page));
        listings.put("waiting runs", () -> runs.waiting(PAGE));
        listings.put("checkpoints", () -> checkpoints.list(CheckpointFilter.ALL, page));
        listings.put(
                "checkpoints of a run",
                () -> checkpoints.list(
                        new CheckpointFilter(Optional.of(checkpoint.runId()), Optional.empty()),
                        PageRequest.first(PAGE)));
        listings.put(
                "checkpoints of a stage",
                () -> checkpoints.list(new CheckpointFilter(Optional.empty(), Optional.of("pretrain")), page));
        listings.put("newest checkpoint", () -> checkpoints.newestUsable(checkpoint.executionId()));
        listings.put("stages", () -> new StageStore(database).ofRun(run.id()));
        listings.put("reusable", () -> new StageStore(database).findReusable("key 7"));
        listings.put("events", () -> new EventStore(database).after(run.id(), 10, PAGE));
        listings.put(
                "metrics", () -> new MetricStore(database).series(run.id(), Optional.empty(), Optional.empty(), 100));
        listings.put(
                "evaluations of a run",
                () -> new EvaluationStore(database)
                        .list(new EvaluationFilter(Optional.of(run.id()), Optional.empty()), PageRequest.first(PAGE)));
        listings.put("evaluations", () -> new EvaluationStore(database).list(EvaluationFilter.ALL, page));
        listings.put("models", () -> new ModelStore(database).list(PageRequest.first(PAGE)));
        listings.put("versions", () -> new ModelStore(database).versions("model 7", PageRequest.first(PAGE)));
        StudyStore studies = new StudyStore(database);
        listings.put("studies", () -> {
            Page<Study> shown = studies.list(page);
            studies.counts(shown.items().stream().map(Study::id).toList());
        });
        listings.put("unfinished studies", () -> studies.unfinished(page));
        listings.put("the study of a run", () -> studies.ofRun(run.id()));
        listings.put("datasets", () -> new DatasetStore(database).list(page));
        listings.put(
                "lineage",
                () -> new LineageStore(database).inputs(checkpoint.artifact().digest(), PAGE));

        Map<String, Long> read = new LinkedHashMap<>();
        listings.forEach((name, listing) -> read.put(name, rowsRead(database, listing)));

        // a row and what is joined to it: ten is generous, the tables have thousands
        assertThat(read).allSatisfy((name, rows) -> assertThat(rows).as(name).isLessThan(10L * (PAGE + 1)));
    }

    private static RunFilter partOfName(String part) {
        return new RunFilter(Set.of(), Optional.empty(), Optional.of(part));
    }

    /** How many rows the statements of the work read, by index or by going through a table. */
    private static long rowsRead(RegistryDatabase database, Runnable work) {
        // a store that is called within a transaction takes part in it
        return database.inTransaction(handle -> {
            work.run();
            return handle.createQuery("""
                            select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)
                            from pg_stat_xact_user_tables""").mapTo(Long.class).one();
        });
    }

    private static UUID middle(RegistryDatabase database) {
        return database.inTransaction(
                handle -> handle.createQuery("select id from run order by id offset :half limit 1")
                        .bind("half", RUNS / 2)
                        .mapTo(UUID.class)
                        .one());
    }

    /** A database of its own, with rows in every table that is listed. */
    private static RegistryDatabase filled(TestRegistry registry) {
        try (Connection connection = registry.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database listing");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        PGSimpleDataSource dataSource = registry.dataSource();
        dataSource.setDatabaseName("listing");
        RegistrySchema.migrate(dataSource);
        RegistryDatabase database = new RegistryDatabase(dataSource);
        for (String sql : """
                insert into blob (digest, bytes, state)
                select sha256(cast(n as text)::bytea), 1, 'STORED' from generate_series(1, 20000) n;
                insert into artifact (digest, kind, bytes, files) select digest, 'weights', 1, 1 from blob;
                insert into artifact_file (artifact, name, digest, bytes) select digest, 'file', digest, 1 from blob;
                insert into run (id, name, state, workflow_id, specification)
                select gen_random_uuid(), case when n = 7 then 'alone' else 'run ' || n % 20 end,
                       (array['QUEUED', 'RUNNING', 'FAILED', 'SUCCEEDED'])[n % 4 + 1], 'w' || n, '{}'
                from generate_series(1, :runs) n;
                insert into stage_execution (id, run_id, stage, position, state, stage_key, fence)
                select gen_random_uuid(), id, 'pretrain', 0, 'SUCCEEDED', 'key ' || row_number() over () % 500, 1
                from run;
                insert into stage_output (stage_execution_id, name, artifact)
                select id, 'weights', sha256(cast(row_number() over () % 20000 + 1 as text)::bytea)
                from stage_execution;
                insert into stage_attempt (stage_execution_id, fence, worker) select id, 1, 'w' from stage_execution;
                insert into checkpoint (id, run_id, stage_execution_id, stage, step, artifact, format_version, fence)
                select gen_random_uuid(), run_id, id, stage, n,
                       sha256(cast(row_number() over () % 20000 + 1 as text)::bytea), 1, 1
                from stage_execution, generate_series(1, :checkpoints) n;
                insert into event (run_id, type, message) select id, 'log', 'm' from run, generate_series(1, 10) n;
                insert into metric_series (stage_execution_id, name) select id, 'loss' from stage_execution;
                insert into metric_point (series_id, step, value)
                select id, n, n from metric_series, generate_series(1, 30) n;
                insert into evaluation (id, stage_execution_id, weights, set_name, kind, query_language,
                                        document_language, queries, measures)
                select gen_random_uuid(), id, 'w', 's' || n, 'own', 'de', 'de', 1, '{}'
                from stage_execution, generate_series(1, 5) n;
                insert into model (name) select 'model ' || n from generate_series(1, 1000) n;
                insert into model_version (id, model, version, artifact, dimension)
                select gen_random_uuid(), name, n, sha256('1'::bytea), 1 from model, generate_series(1, 3) n;
                insert into model_alias (model, alias, version, revision) select name, 'champion', 1, 1 from model;
                insert into study (id, name, kind, state, workflow_id, specification, parallelism)
                select gen_random_uuid(), 's' || n, 'ablation', case n % 50 when 0 then 'RUNNING' else 'FINISHED' end,
                       'study-' || n, '{}', 1
                from generate_series(1, 2000) n;
                insert into study_run (study_id, position, label, coordinates, specification, stage_keys, languages, run_id)
                select s.id, n, 'l', '{}', '{}', '{}', '[]', r.id
                from (select id, row_number() over () as place from study) s
                join (select id, row_number() over () as place from run) r on r.place = s.place, generate_series(0, 2) n;
                insert into dataset (id, name, version, artifact)
                select gen_random_uuid(), 'd' || n, 1, sha256('1'::bytea) from generate_series(1, 2000) n;
                insert into lineage_edge (output, input, relation)
                select sha256(cast(n as text)::bytea), sha256(cast(n + 1 as text)::bytea), 'r'
                from generate_series(1, 2000) n;
                vacuum analyze""".split(";\n", -1)) {
            run(
                    dataSource,
                    sql.replace(":runs", Integer.toString(RUNS))
                            .replace(":checkpoints", Integer.toString(CHECKPOINTS_PER_RUN)));
        }
        return database;
    }

    private static void run(PGSimpleDataSource dataSource, String sql) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
