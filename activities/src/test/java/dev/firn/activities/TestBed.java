package dev.firn.activities;

import dev.firn.activities.reconciliation.Reconciler;
import dev.firn.activities.run.RunControl;
import dev.firn.activities.run.RunStarter;
import dev.firn.activities.study.StudyControl;
import dev.firn.activities.study.StudyStarter;
import dev.firn.activities.study.StudySubmission;
import dev.firn.activities.submission.DataFolders;
import dev.firn.activities.submission.RunSubmission;
import dev.firn.activities.submission.TrainingInputs;
import dev.firn.embedded.EmbeddedServices;
import dev.firn.embedded.ExternalServices;
import dev.firn.embedded.ServiceAddresses;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.RegistrySchema;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.backup.Backup;
import dev.firn.registry.backup.BackupSummary;
import dev.firn.registry.blob.BlobStore;
import dev.firn.registry.blob.DataObjects;
import dev.firn.registry.blob.ObjectStoreSettings;
import dev.firn.registry.garbage.GarbageCollector;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.training.artifact.MavenArtifacts;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.exceptionsorter.PostgreSQLExceptionSorter;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A whole Firn without its API: real PostgreSQL, object store and Temporal in this process, and a worker. */
final class TestBed implements AutoCloseable {
    private final Path home;
    private final EmbeddedServices services;
    private final AgroalDataSource dataSource;
    private final BlobStore blobs;
    private final WorkflowServiceStubs stubs;
    private final WorkflowClient client;
    private final TrainingInputs inputs;
    private FirnWorker worker;
    final Stores stores;
    final RunSubmission submission;
    final RunControl control;
    final StudySubmission studies;
    final StudyControl studyControl;
    final Reconciler reconciler;
    final GarbageCollector collector;

    TestBed(Path home) {
        this(home, ExternalServices.NONE, OptionalLong.empty());
    }

    /**
     * @param external what runs elsewhere
     * @param quota how many bytes may be stored
     */
    TestBed(Path home, ExternalServices external, OptionalLong quota) {
        this.home = home;
        this.services = EmbeddedServices.start(home, external);
        ServiceAddresses addresses = services.addresses();
        this.dataSource = pool(addresses.database());
        RegistrySchema.migrate(dataSource);
        RegistryDatabase database = new RegistryDatabase(dataSource);
        this.blobs = BlobStore.open(database, settings(addresses.objectStore()), home.resolve("spool"), quota);
        this.collector = new GarbageCollector(database, blobs);
        this.stores = Stores.of(database, new ArtifactStore(database, blobs, home.resolve("cache"), 1L << 30));
        this.stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(addresses.temporal().target())
                .build());
        this.client = WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setNamespace(addresses.temporal().namespace())
                        .build());
        this.inputs = new TrainingInputs(
                MavenArtifacts.standard(home.resolve("artifacts")),
                unpacked(),
                DataFolders.parse("/:s3://firn-data/allowed:s3://firn"),
                DataObjects.besides(settings(addresses.objectStore())));
        RunStarter starter = new RunStarter(client);
        this.submission = new RunSubmission(stores, inputs, starter);
        this.control = new RunControl(stores, client, starter, inputs.folders());
        StudyStarter studyStarter = new StudyStarter(client);
        this.studies = new StudySubmission(stores, submission, studyStarter);
        this.studyControl = new StudyControl(stores, studyStarter);
        this.reconciler = new Reconciler(stores, client, starter, studyStarter);
        startWorker();
    }

    static DataSource dataSource(ServiceAddresses.Database database) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(database.url());
        dataSource.setUser(database.user());
        dataSource.setPassword(database.password());
        return dataSource;
    }

    /** The object store, with its own bucket. */
    ObjectStoreSettings objectStore() {
        return settings(services.addresses().objectStore());
    }

    static ObjectStoreSettings settings(ServiceAddresses.ObjectStore store) {
        return new ObjectStoreSettings(
                store.endpoint(), store.accessKey(), store.secretKey(), store.bucket(), store.region());
    }

    /** Takes a backup while everything goes on. */
    BackupSummary backup(Path folder) {
        return new Backup(dataSource(services.addresses().database()), blobs).write(folder, line -> {});
    }

    private static AgroalDataSource pool(ServiceAddresses.Database database) {
        try {
            return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                    .connectionPoolConfiguration(pool -> pool.maxSize(10)
                            .exceptionSorter(new PostgreSQLExceptionSorter())
                            .connectionFactoryConfiguration(factory -> factory.jdbcUrl(database.url())
                                    .principal(new NamePrincipal(database.user()))
                                    .credential(new SimplePassword(database.password())))));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where files taken out of artifacts lie. */
    Path unpacked() {
        return home.resolve("artifacts/unpacked");
    }

    /** What Temporal has of a workflow. */
    List<HistoryEvent> history(String workflowId) {
        return client.fetchHistory(workflowId).getEvents();
    }

    void startWorker() {
        worker = new FirnWorker(stores, inputs, client, home.resolve("scratch"), "test");
        worker.start();
    }

    /** A second worker in this process, beside the bed's own. */
    FirnWorker anotherWorker(String identity) {
        WorkflowClient another = WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setNamespace(client.getOptions().getNamespace())
                        .setIdentity(identity)
                        .build());
        FirnWorker second = new FirnWorker(stores, inputs, another, home.resolve("scratch"), identity);
        second.start();
        return second;
    }

    void stopWorker() {
        worker.close();
    }

    /** Waits until the run has ended. */
    Run ended(UUID runId) {
        await(Duration.ofMinutes(3), () -> stores.runs().get(runId).state().ended());
        return stores.runs().get(runId);
    }

    RunState state(UUID runId) {
        return stores.runs().get(runId).state();
    }

    static void await(Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + limit);
            }
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
    }

    @Override
    public void close() {
        worker.close();
        stubs.shutdownNow();
        blobs.close();
        dataSource.close();
        services.close();
    }
}
