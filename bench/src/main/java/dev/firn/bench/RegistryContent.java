package dev.firn.bench;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Identifiers;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Made-up rows in every table that is listed, as a registry has them after years: runs with their stages and all that came of them.
 * They go in through COPY, without checks of foreign keys. There are no bytes behind the digests.
 */
final class RegistryContent {
    /** The schema that is filled. Newer ones are brought about afterwards, as they are in a registry that has grown. */
    static final String SCHEMA = "5";

    /** The stages of a run, in their order. */
    static final List<String> STAGES =
            List.of("prepare", "initialise", "filter", "pretrain", "mine", "finetune", "evaluate", "register");

    private static final List<String> TRAINED = List.of("pretrain", "finetune");
    private static final List<String> LANGUAGES = List.of("de", "en", "es", "fr", "ja");
    private static final List<String> MEASURED = List.of("loss", "learningRate", "gradientNorm");
    private static final int NAMES = 200;
    private static final long CHECKPOINT_BYTES = 1_200_000_000L;
    private static final int STEPS_BETWEEN = 500;
    private static final int SAMPLED = 23;

    /** The states of most runs, and of one in a hundred. */
    private static final List<String> ENDED = List.of("SUCCEEDED", "SUCCEEDED", "SUCCEEDED", "FAILED", "CANCELLED");

    private static final List<String> OPEN = List.of("QUEUED", "RUNNING", "PAUSED");

    private final RegistrySize size;
    private final Random random = new Random(11);
    private final List<UUID> runs = new ArrayList<>();
    private final Map<UUID, List<UUID>> stages = new LinkedHashMap<>();
    private final List<UUID> checkpoints = new ArrayList<>();
    private final List<UUID> evaluations = new ArrayList<>();
    private final List<UUID> datasets = new ArrayList<>();

    RegistryContent(RegistrySize size) {
        this.size = requireNonNull(size, "size is null");
    }

    /** The runs, oldest first; the first has the long series and the long log. */
    List<UUID> runs() {
        return runs;
    }

    /** Some of the checkpoints, evenly spread. */
    List<UUID> checkpoints() {
        return checkpoints;
    }

    /** Some of the evaluations, evenly spread. */
    List<UUID> evaluations() {
        return evaluations;
    }

    /** Some of the datasets, evenly spread. */
    List<UUID> datasets() {
        return datasets;
    }

    /** An id that is kept in one of so many cases. */
    private static UUID next(List<UUID> sample, long number) {
        UUID id = Identifiers.next();
        if (number % SAMPLED == 0) {
            sample.add(id);
        }
        return id;
    }

    static String model(int number) {
        return "model-%05d".formatted(number);
    }

    static String runName(int number) {
        return "study-%03d".formatted(number % NAMES);
    }

    /** The digest from which as much was made as there is of a long history, in hexadecimal digits. */
    static String fertile() {
        return CopyRows.hex("external", 0);
    }

    /** Writes everything and lets PostgreSQL look at it. */
    void fill(DataSource dataSource) throws SQLException, IOException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("set session_replication_role = replica");
            statement.execute("set synchronous_commit = off");
            runs(connection);
            artifacts(connection);
            checkpoints(connection);
            metrics(connection);
            events(connection);
            evaluations(connection);
            models(connection);
            others(connection);
            statement.execute(
                    "select setval(pg_get_serial_sequence('metric_series', 'id'), max(id)) from metric_series");
        }
    }

    private void runs(Connection connection) throws SQLException, IOException {
        try (CopyRows rows = CopyRows.into(
                connection, "run (id, name, state, workflow_id, specification, result, started_at, finished_at)")) {
            for (int i = 0; i < size.runs(); i++) {
                UUID id = Identifiers.next();
                runs.add(id);
                boolean open = i % 100 == 7;
                List<String> states = open ? OPEN : ENDED;
                rows.row(
                        id,
                        runName(i),
                        states.get(random.nextInt(states.size())),
                        "run-" + id,
                        "{\"specVersion\": 1, \"name\": \"" + runName(i) + "\", \"seed\": " + i + "}",
                        open ? null : "{\"model\": {\"name\": \"" + model(i % size.models()) + "\", \"version\": 1}}",
                        "2026-01-01T00:00:00Z",
                        open ? null : "2026-01-02T00:00:00Z");
            }
        }
        try (CopyRows rows = CopyRows.into(
                connection, "stage_execution (id, run_id, stage, position, state, stage_key, planned_key, fence)")) {
            for (UUID run : runs) {
                List<UUID> ofRun = new ArrayList<>();
                for (int position = 0; position < STAGES.size(); position++) {
                    UUID id = Identifiers.next();
                    ofRun.add(id);
                    String key = "key-" + random.nextInt(size.runs());
                    rows.row(id, run, STAGES.get(position), position, "SUCCEEDED", key, key, 1);
                }
                stages.put(run, ofRun);
            }
        }
        try (CopyRows rows = CopyRows.into(connection, "stage_attempt (stage_execution_id, fence, worker, outcome)")) {
            for (List<UUID> ofRun : stages.values()) {
                for (UUID stage : ofRun) {
                    rows.row(stage, 1, "worker", "SUCCEEDED");
                }
            }
        }
    }

    private long checkpointCount() {
        return (long) size.runs() * size.checkpointsOfRun();
    }

    /** A folder with a file of its own and one that all share, for each checkpoint; the outputs of stages are among them. */
    private void artifacts(Connection connection) throws SQLException, IOException {
        try (CopyRows rows = CopyRows.into(connection, "blob (digest, bytes, state)")) {
            rows.row(CopyRows.digest("shared", 0), 500, "STORED");
            for (long i = 0; i < checkpointCount(); i++) {
                rows.row(CopyRows.digest("artifact", i), 900, "STORED");
                rows.row(CopyRows.digest("file", i), CHECKPOINT_BYTES, "STORED");
            }
        }
        try (CopyRows rows = CopyRows.into(connection, "artifact (digest, kind, bytes, files)")) {
            for (long i = 0; i < checkpointCount(); i++) {
                rows.row(CopyRows.digest("artifact", i), "checkpoint", CHECKPOINT_BYTES + 500, 2);
            }
        }
        try (CopyRows rows = CopyRows.into(connection, "artifact_file (artifact, name, digest, bytes)")) {
            for (long i = 0; i < checkpointCount(); i++) {
                rows.row(CopyRows.digest("artifact", i), "config.json", CopyRows.digest("shared", 0), 500);
                rows.row(
                        CopyRows.digest("artifact", i),
                        "model.safetensors",
                        CopyRows.digest("file", i),
                        CHECKPOINT_BYTES);
            }
        }
        try (CopyRows rows = CopyRows.into(connection, "stage_output (stage_execution_id, name, artifact)")) {
            for (List<UUID> ofRun : stages.values()) {
                for (UUID stage : ofRun) {
                    rows.row(stage, "output", CopyRows.digest("artifact", random.nextLong(checkpointCount())));
                }
            }
        }
    }

    private void checkpoints(Connection connection) throws SQLException, IOException {
        long number = 0;
        try (CopyRows rows = CopyRows.into(
                connection,
                "checkpoint (id, run_id, stage_execution_id, stage, step, artifact, format_version, fence, metrics)")) {
            for (UUID run : runs) {
                for (String stage : TRAINED) {
                    UUID execution = stages.get(run).get(STAGES.indexOf(stage));
                    for (int i = 1; i <= size.checkpointsOfRun() / TRAINED.size(); i++) {
                        rows.row(
                                next(checkpoints, number),
                                run,
                                execution,
                                stage,
                                (long) i * STEPS_BETWEEN,
                                CopyRows.digest("artifact", number),
                                1,
                                1,
                                "{\"loss\": " + random.nextDouble() + "}");
                        number++;
                    }
                }
            }
        }
    }

    private void metrics(Connection connection) throws SQLException, IOException {
        List<UUID> measured = runs.subList(0, size.measuredRuns() + 1);
        long series = 0;
        try (CopyRows rows = CopyRows.into(connection, "metric_series (id, stage_execution_id, name)")) {
            for (UUID run : measured) {
                for (String name : run.equals(runs.getFirst()) ? MEASURED.subList(0, 1) : MEASURED) {
                    series++;
                    rows.row(series, stages.get(run).get(STAGES.indexOf("pretrain")), name);
                }
            }
        }
        try (CopyRows rows = CopyRows.into(connection, "metric_point (series_id, step, value)")) {
            for (long id = 1; id <= series; id++) {
                int points = id == 1 ? size.longSeries() : RegistrySize.POINTS;
                for (int step = 1; step <= points; step++) {
                    rows.row(id, step, 1 + Math.exp(-1e-4 * step) + 0.2 * random.nextGaussian());
                }
            }
        }
    }

    private void events(Connection connection) throws SQLException, IOException {
        try (CopyRows rows = CopyRows.into(connection, "event (run_id, stage, type, message, data)")) {
            for (UUID run : runs) {
                int events = run.equals(runs.getFirst()) ? size.longLog() : size.eventsOfRun();
                for (int i = 0; i < events; i++) {
                    rows.row(run, "pretrain", "log", "step " + i + " was done", "{\"step\": " + i + "}");
                }
            }
        }
        try (CopyRows rows = CopyRows.into(connection, "control (run_id, kind, state)")) {
            for (UUID run : runs) {
                rows.row(run, "PAUSE", "APPLIED");
                rows.row(run, "RESUME", "APPLIED");
            }
        }
    }

    private void evaluations(Connection connection) throws SQLException, IOException {
        try (CopyRows rows = CopyRows.into(
                connection,
                "evaluation (id, stage_execution_id, weights, set_name, kind, query_language, document_language, dimension,"
                        + " queries, measures)")) {
            for (UUID run : runs) {
                UUID execution = stages.get(run).get(STAGES.indexOf("evaluate"));
                for (int i = 0; i < size.evaluationsOfRun(); i++) {
                    String language = LANGUAGES.get(i % LANGUAGES.size());
                    rows.row(
                            next(evaluations, rows.count()),
                            execution,
                            "finetuned",
                            "set-" + i,
                            "own",
                            language,
                            language,
                            768,
                            500,
                            "{\"ndcg_cut_10\": " + random.nextDouble() + ", \"recall_100\": " + random.nextDouble()
                                    + "}");
                }
            }
        }
    }

    /** The first model has many versions, and an alias that moved as often. */
    private void models(Connection connection) throws SQLException, IOException {
        try (CopyRows rows = CopyRows.into(connection, "model (name, latest_version)")) {
            for (int i = 0; i < size.models(); i++) {
                rows.row(model(i), versionsOf(i));
            }
        }
        try (CopyRows rows = CopyRows.into(
                connection,
                "model_version (id, model, version, artifact, run_id, stage_execution_id, dimension, metrics)")) {
            int number = 0;
            for (int i = 0; i < size.models(); i++) {
                for (int version = 1; version <= versionsOf(i); version++) {
                    UUID run = runs.get(number % runs.size());
                    rows.row(
                            Identifiers.next(),
                            model(i),
                            version,
                            CopyRows.digest("artifact", number % checkpointCount()),
                            run,
                            stages.get(run).get(STAGES.indexOf("register")),
                            768,
                            "{\"ndcg_cut_10\": " + random.nextDouble() + "}");
                    number++;
                }
            }
        }
        try (CopyRows rows = CopyRows.into(connection, "model_alias (model, alias, version, revision)")) {
            for (int i = 0; i < size.models(); i++) {
                rows.row(model(i), "champion", 1, i == 0 ? size.longHistory() : 1);
                rows.row(model(i), "candidate", 2, 1);
            }
        }
        try (CopyRows rows =
                CopyRows.into(connection, "model_alias_move (model, alias, revision, previous_version, version)")) {
            for (int i = 0; i < size.models(); i++) {
                int moves = i == 0 ? size.longHistory() : 1;
                for (int revision = 1; revision <= moves; revision++) {
                    rows.row(model(i), "champion", revision, 1 + (revision + 1) % 2, 1 + revision % 2);
                }
                rows.row(model(i), "candidate", 1, null, 2);
            }
        }
    }

    private int versionsOf(int model) {
        return model == 0 ? size.longHistory() : size.versionsOfModel();
    }

    private void others(Connection connection) throws SQLException, IOException {
        try (CopyRows rows = CopyRows.into(connection, "dataset (id, name, version, artifact)")) {
            for (int i = 0; i < size.datasets(); i++) {
                rows.row(
                        next(datasets, i),
                        "dataset-" + i / 10,
                        1 + i % 10,
                        CopyRows.digest("artifact", i % checkpointCount()));
            }
        }
        try (CopyRows rows = CopyRows.into(connection, "external_input (digest, kind, name)")) {
            rows.row(CopyRows.digest("external", 0), "source", "texts.jsonl");
        }
        try (CopyRows rows = CopyRows.into(connection, "lineage_edge (output, input, relation, stage_execution_id)")) {
            for (int i = 0; i < size.runs(); i++) {
                UUID stage = stages.get(runs.get(i)).get(STAGES.indexOf("pretrain"));
                rows.row(CopyRows.digest("artifact", i), CopyRows.digest("artifact", i + 1L), "weights", stage);
                rows.row(CopyRows.digest("artifact", i), CopyRows.digest("artifact", i + 2L), "dataset", stage);
                if (i < size.longHistory()) {
                    rows.row(CopyRows.digest("artifact", i), CopyRows.digest("external", 0), "source", stage);
                }
            }
        }
    }
}
