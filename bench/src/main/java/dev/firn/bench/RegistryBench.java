package dev.firn.bench;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.embedded.EmbeddedObjectStore;
import dev.firn.embedded.EmbeddedPostgres;
import dev.firn.embedded.EmbeddedServices;
import dev.firn.embedded.ServiceAddresses;
import dev.firn.registry.Cursor;
import dev.firn.registry.Digest;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.RegistrySchema;
import dev.firn.registry.StageToken;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.blob.BlobStore;
import dev.firn.registry.blob.ObjectStoreSettings;
import dev.firn.registry.checkpoint.CheckpointFilter;
import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.checkpoint.NewCheckpoint;
import dev.firn.registry.control.ControlStore;
import dev.firn.registry.dataset.DatasetStore;
import dev.firn.registry.evaluation.EvaluationFilter;
import dev.firn.registry.evaluation.EvaluationStore;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.lineage.LineageStore;
import dev.firn.registry.metric.MetricSeries;
import dev.firn.registry.metric.MetricStore;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.queue.QueueStore;
import dev.firn.registry.run.NewRun;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunFilter;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import dev.firn.registry.run.StageStore;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * How long the registry takes for a page of each of its listings when it holds a million checkpoints and ten million metric points; and
 * for what moves an alias and commits a checkpoint. An embedded PostgreSQL is filled through COPY and asked through the classes that the
 * server asks it through. Each page is another one, drawn from all there are.
 */
final class RegistryBench implements Benchmark {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int PAGE = 50;
    private static final int POINTS = 2_000;
    private static final int CONNECTIONS = 4;
    private static final int WARM_UP_SHARE = 5;
    private static final int WEIGHT_BYTES = 1 << 16;
    private static final long CACHE_BYTES = 1 << 24;

    private final RegistrySize size;

    RegistryBench(RegistrySize size) {
        this.size = requireNonNull(size, "size is null");
    }

    /** Times of one listing. */
    private record Measured(long rows, double p50Millis, double p99Millis) {}

    /** What is measured: over how many rows, and what is asked. */
    private record Listing(long rows, Question question) {}

    /** Asks for something, another part of it each time. */
    @FunctionalInterface
    private interface Question {
        void ask(Random random);
    }

    @Override
    public Result run(BenchSettings settings) throws IOException {
        Path folder = Files.createDirectory(settings.work().resolve("registry"));
        settings.progress("registry, filling it");
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(
                        folder.resolve("postgres"), EmbeddedServices.defaultCache(), 0, "bench");
                EmbeddedObjectStore objects =
                        EmbeddedObjectStore.start(folder.resolve("objects"), 0, "bench", "bench-secret", "bench");
                AgroalDataSource dataSource = dataSource(postgres.address())) {
            RegistrySchema.migrate(dataSource, RegistryContent.SCHEMA);
            RegistryContent content = new RegistryContent(size);
            content.fill(dataSource);
            settings.progress("registry, bringing its schema up to date");
            RegistrySchema.migrate(dataSource);
            try (Connection connection = dataSource.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("vacuum analyze");
                statement.execute("checkpoint");
            }
            RegistryDatabase database = new RegistryDatabase(dataSource);
            try (BlobStore blobs = BlobStore.open(database, settings(objects.address()), folder.resolve("spool"))) {
                Map<String, Listing> listings = listings(dataSource, database, content);
                listings.putAll(writings(database, blobs, folder, content));
                return measure(settings, listings);
            }
        } catch (SQLException e) {
            throw new IOException("the registry's database failed: " + e.getMessage(), e);
        }
    }

    private static AgroalDataSource dataSource(ServiceAddresses.Database address) throws SQLException {
        return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                .metricsEnabled(false)
                .connectionPoolConfiguration(pool -> pool.maxSize(CONNECTIONS)
                        .initialSize(1)
                        .connectionFactoryConfiguration(factory -> factory.jdbcUrl(address.url())
                                .principal(new NamePrincipal(address.user()))
                                .credential(new SimplePassword(address.password())))));
    }

    private static ObjectStoreSettings settings(ServiceAddresses.ObjectStore address) {
        return new ObjectStoreSettings(
                address.endpoint(), address.accessKey(), address.secretKey(), address.bucket(), address.region());
    }

    private static long count(DataSource dataSource, String table) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from " + table)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private Map<String, Listing> listings(DataSource dataSource, RegistryDatabase database, RegistryContent content)
            throws SQLException {
        RunStore runs = new RunStore(database);
        StageStore stages = new StageStore(database);
        QueueStore queue = new QueueStore(database);
        CheckpointStore checkpoints = new CheckpointStore(database);
        MetricStore metrics = new MetricStore(database);
        EventStore events = new EventStore(database);
        ModelStore models = new ModelStore(database);
        EvaluationStore evaluations = new EvaluationStore(database);
        DatasetStore datasets = new DatasetStore(database);
        LineageStore lineage = new LineageStore(database);
        ControlStore controls = new ControlStore(database);
        List<UUID> runIds = content.runs();
        UUID first = runIds.getFirst();
        PageRequest start = PageRequest.first(PAGE);

        Map<String, Listing> listings = new LinkedHashMap<>();
        long rows = count(dataSource, "run");
        RunPages runPages = new RunPages(runs, stages, queue);
        listings.put("runs", new Listing(rows, random -> runPages.ask(RunFilter.ALL, start)));
        listings.put(
                "runs after a cursor", new Listing(rows, random -> runPages.ask(RunFilter.ALL, after(runIds, random))));
        listings.put(
                "runs by state",
                new Listing(
                        rows,
                        random -> runPages.ask(inState(random), random.nextBoolean() ? start : after(runIds, random))));
        listings.put(
                "runs by name",
                new Listing(
                        rows,
                        random -> runPages.ask(
                                new RunFilter(
                                        Set.of(), Optional.of(RegistryContent.runName(random.nextInt(runIds.size())))),
                                start)));
        listings.put(
                "runs by a part of the name",
                new Listing(
                        rows,
                        random -> runPages.ask(
                                new RunFilter(
                                        Set.of(),
                                        Optional.empty(),
                                        Optional.of(
                                                random.nextBoolean()
                                                        ? "none has this"
                                                        : Integer.toString(random.nextInt(100)))),
                                start)));
        listings.put("unfinished runs", new Listing(rows, random -> runs.unfinished(start)));
        listings.put("a run", new Listing(rows, random -> {
            Run run = runs.get(any(runIds, random));
            stages.ofRun(run.id());
            runs.specification(run.id());
        }));

        rows = count(dataSource, "checkpoint");
        listings.put("checkpoints", new Listing(rows, random -> checkpoints.list(CheckpointFilter.ALL, start)));
        listings.put(
                "checkpoints after a cursor",
                new Listing(
                        rows, random -> checkpoints.list(CheckpointFilter.ALL, after(content.checkpoints(), random))));
        listings.put(
                "checkpoints of a run",
                new Listing(
                        rows,
                        random -> checkpoints.list(
                                new CheckpointFilter(Optional.of(any(runIds, random)), Optional.empty()), start)));
        listings.put(
                "checkpoints of a stage",
                new Listing(
                        rows,
                        random -> checkpoints.list(
                                new CheckpointFilter(
                                        Optional.empty(), Optional.of(random.nextBoolean() ? "pretrain" : "finetune")),
                                random.nextBoolean() ? start : after(content.checkpoints(), random))));

        rows = count(dataSource, "metric_point");
        listings.put("metrics", new Listing(size.longSeries(), random -> draw(metrics, first)));
        listings.put(
                "metrics of a shorter run",
                new Listing(rows, random -> draw(metrics, runIds.get(1 + random.nextInt(size.measuredRuns())))));

        listings.put(
                "metrics in a few numbers",
                new Listing(size.longSeries(), random -> metrics.summaries(first, OptionalLong.of(1))));

        rows = count(dataSource, "event");
        listings.put("events", new Listing(rows, random -> events.after(any(runIds, random), 0, PAGE)));
        listings.put(
                "events after a cursor",
                new Listing(size.longLog(), random -> events.after(first, random.nextInt(size.longLog()), PAGE)));
        listings.put("newest events", new Listing(rows, random -> events.newest(any(runIds, random), PAGE)));
        listings.put(
                "controls",
                new Listing(count(dataSource, "control"), random -> controls.list(any(runIds, random), start)));

        rows = count(dataSource, "model");
        listings.put("models", new Listing(rows, random -> models.list(start)));
        listings.put(
                "models after a cursor",
                new Listing(
                        rows,
                        random -> models.list(PageRequest.after(
                                PAGE, new Cursor(RegistryContent.model(random.nextInt(size.models()))).encoded()))));
        rows = count(dataSource, "model_version");
        listings.put(
                "versions",
                new Listing(
                        rows, random -> models.versions(RegistryContent.model(random.nextInt(size.models())), start)));
        listings.put(
                "versions after a cursor",
                new Listing(
                        size.longHistory(),
                        random -> models.versions(RegistryContent.model(0), number(size.longHistory(), random))));
        listings.put(
                "moves of an alias",
                new Listing(
                        count(dataSource, "model_alias_move"),
                        random -> models.aliasHistory(
                                RegistryContent.model(0), "champion", number(size.longHistory(), random))));

        rows = count(dataSource, "evaluation");
        listings.put("evaluations", new Listing(rows, random -> evaluations.list(EvaluationFilter.ALL, start)));
        listings.put(
                "evaluations after a cursor",
                new Listing(
                        rows, random -> evaluations.list(EvaluationFilter.ALL, after(content.evaluations(), random))));
        listings.put(
                "evaluations of a run",
                new Listing(
                        rows,
                        random -> evaluations.list(
                                new EvaluationFilter(Optional.of(any(runIds, random)), Optional.empty()), start)));
        listings.put(
                "evaluations of a model",
                new Listing(
                        rows,
                        random -> evaluations.list(
                                new EvaluationFilter(
                                        Optional.empty(),
                                        // the one with many versions as often as any
                                        Optional.of(RegistryContent.model(
                                                random.nextBoolean() ? 0 : random.nextInt(size.models())))),
                                start)));

        rows = count(dataSource, "dataset");
        listings.put("datasets", new Listing(rows, random -> datasets.list(start)));
        listings.put(
                "datasets after a cursor",
                new Listing(rows, random -> datasets.list(after(content.datasets(), random))));

        rows = count(dataSource, "lineage_edge");
        Digest fertile = new Digest(RegistryContent.fertile());
        listings.put(
                "lineage",
                new Listing(
                        rows,
                        random -> neighbours(
                                lineage, new Digest(CopyRows.hex("artifact", random.nextInt(runIds.size()))))));
        listings.put("lineage of a source of many", new Listing(rows, random -> neighbours(lineage, fertile)));
        return listings;
    }

    /** A page of runs as the server shows it: with the stages, and what each run waits for. */
    private record RunPages(RunStore runs, StageStore stages, QueueStore queue) {
        void ask(RunFilter filter, PageRequest request) {
            Page<Run> page = runs.list(filter, request);
            List<UUID> ids = page.items().stream().map(Run::id).toList();
            stages.ofRuns(ids);
            queue.waitingFor(ids);
        }
    }

    private static void draw(MetricStore metrics, UUID run) {
        List<MetricSeries> series = metrics.series(run, Optional.empty(), Optional.empty(), POINTS);
        if (series.isEmpty() || series.stream().anyMatch(each -> each.points().size() > POINTS)) {
            throw new IllegalStateException("the series of the run " + run + " are not as they should be");
        }
    }

    private static void neighbours(LineageStore lineage, Digest digest) {
        lineage.node(digest);
        lineage.inputs(digest, PAGE);
        lineage.outputs(digest, PAGE);
        lineage.producers(digest, PAGE);
    }

    private static RunFilter inState(Random random) {
        RunState[] states = RunState.values();
        return new RunFilter(Set.of(states[random.nextInt(states.length)]), Optional.empty());
    }

    private static UUID any(List<UUID> ids, Random random) {
        return ids.get(random.nextInt(ids.size()));
    }

    private static PageRequest after(List<UUID> ids, Random random) {
        return PageRequest.after(PAGE, Cursor.of(any(ids, random)).encoded());
    }

    private static PageRequest number(int most, Random random) {
        return PageRequest.after(PAGE, Cursor.of(1 + random.nextInt(most)).encoded());
    }

    private Map<String, Listing> writings(
            RegistryDatabase database, BlobStore blobs, Path folder, RegistryContent content) {
        ModelStore models = new ModelStore(database);
        CheckpointStore checkpoints = new CheckpointStore(database);
        ArtifactStore artifacts = new ArtifactStore(database, blobs, folder.resolve("cache"), CACHE_BYTES);
        StageToken token = begun(database);
        Map<String, Listing> writings = new LinkedHashMap<>();
        writings.put(
                "promote",
                new Listing(
                        2L * size.models(),
                        random -> models.moveAlias(
                                RegistryContent.model(random.nextInt(size.models())),
                                "champion",
                                1 + random.nextInt(size.versionsOfModel()),
                                OptionalLong.empty(),
                                Optional.empty(),
                                Optional.empty())));
        writings.put(
                "publish",
                new Listing(
                        (long) content.runs().size() * size.checkpointsOfRun(),
                        random -> publish(folder, artifacts, checkpoints, token, random)));
        return writings;
    }

    private static StageToken begun(RegistryDatabase database) {
        Run run = new RunStore(database)
                .create(new NewRun(
                        "bench",
                        JsonNodeFactory.instance.objectNode().put("specVersion", 1),
                        0,
                        List.of(new NewRun.NewStage("pretrain", Optional.empty())),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()))
                .run();
        return new StageStore(database).begin(run.id(), "pretrain", "bench", "bench", Optional.empty());
    }

    /** A folder of two files into the object store, and the checkpoint that points to it. */
    private static void publish(
            Path parent, ArtifactStore artifacts, CheckpointStore checkpoints, StageToken token, Random random) {
        try {
            Path folder = Files.createTempDirectory(parent, "checkpoint");
            byte[] weights = new byte[WEIGHT_BYTES];
            random.nextBytes(weights);
            Files.write(folder.resolve("model.safetensors"), weights);
            Files.writeString(folder.resolve("config.json"), "{}");
            ArtifactReference artifact = artifacts.publish(folder, "checkpoint");
            checkpoints.commit(
                    token,
                    new NewCheckpoint(
                            random.nextInt(Integer.MAX_VALUE),
                            artifact,
                            1,
                            Optional.empty(),
                            JsonNodeFactory.instance.objectNode()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Result measure(BenchSettings settings, Map<String, Listing> listings) {
        Table table = new Table(
                "registry: a page of %d, a call at a time".formatted(PAGE), "listing", "of rows", "p50 ms", "p99 ms");
        ObjectNode json = JSON.createObjectNode();
        ObjectNode byName = json.putObject("listings");
        settings.progress("registry, " + listings.size() + " listings, " + size.calls() + " calls each");
        double worst = 0;
        for (Map.Entry<String, Listing> entry : listings.entrySet()) {
            Measured measured = measure(entry.getValue());
            worst = Math.max(worst, measured.p99Millis());
            byName.putObject(entry.getKey())
                    .put("rows", measured.rows())
                    .put("p50Millis", measured.p50Millis())
                    .put("p99Millis", measured.p99Millis());
            table.row(
                    entry.getKey(),
                    "%,d".formatted(measured.rows()),
                    "%.2f".formatted(measured.p50Millis()),
                    "%.2f".formatted(measured.p99Millis()));
        }
        json.put("calls", size.calls()).put("worstP99Millis", worst);
        table.note(
                "metrics: the series of %,d points in at most %,d; publish: two files of %d KiB in all, stored and fsynced"
                        .formatted(size.longSeries(), POINTS, WEIGHT_BYTES / 1024));
        return new Result(table.toString(), json);
    }

    private Measured measure(Listing listing) {
        Random random = new Random(5);
        for (int i = 0; i < size.calls() / WARM_UP_SHARE; i++) {
            listing.question().ask(random);
        }
        double[] millis = new double[size.calls()];
        for (int i = 0; i < millis.length; i++) {
            long began = System.nanoTime();
            listing.question().ask(random);
            millis[i] = (System.nanoTime() - began) * 1e-6;
        }
        Arrays.sort(millis);
        return new Measured(listing.rows(), percentile(millis, 0.50), percentile(millis, 0.99));
    }

    /** The nearest rank: the smallest time that at least such a share of the calls did not go beyond. */
    static double percentile(double[] sorted, double share) {
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }
}
