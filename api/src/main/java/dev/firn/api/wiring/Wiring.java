package dev.firn.api.wiring;

import dev.firn.activities.Stores;
import dev.firn.activities.importing.DatasetUpload;
import dev.firn.activities.importing.ModelImport;
import dev.firn.activities.reconciliation.Reconciler;
import dev.firn.activities.run.EvaluationStarter;
import dev.firn.activities.run.RunControl;
import dev.firn.activities.run.RunStarter;
import dev.firn.activities.study.StudyControl;
import dev.firn.activities.study.StudyIntervals;
import dev.firn.activities.study.StudyResults;
import dev.firn.activities.study.StudyStarter;
import dev.firn.activities.study.StudySubmission;
import dev.firn.activities.submission.DataFolders;
import dev.firn.activities.submission.RunSubmission;
import dev.firn.activities.submission.TrainingInputs;
import dev.firn.api.audit.Change;
import dev.firn.api.boot.OwnFolder;
import dev.firn.api.security.Authentication;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.audit.AuditStore;
import dev.firn.registry.blob.BlobStore;
import dev.firn.registry.blob.DataObjects;
import dev.firn.registry.blob.ObjectStoreSettings;
import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.control.ControlStore;
import dev.firn.registry.dataset.DatasetStore;
import dev.firn.registry.evaluation.EvaluationJobStore;
import dev.firn.registry.evaluation.EvaluationStore;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.garbage.GarbageCollector;
import dev.firn.registry.lineage.LineageStore;
import dev.firn.registry.metric.MetricStore;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.queue.QueueStore;
import dev.firn.registry.queue.WorkerStore;
import dev.firn.registry.run.RunStore;
import dev.firn.registry.run.StageStore;
import dev.firn.registry.study.StudyStore;
import dev.firn.registry.token.TokenStore;
import dev.firn.registry.webhook.WebhookStore;
import dev.firn.training.artifact.MavenArtifacts;
import io.agroal.api.AgroalDataSource;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.common.interceptors.WorkflowClientInterceptor;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;

/** The stores and clients, one of each. */
public final class Wiring {
    @Produces
    @Singleton
    RegistryDatabase database(AgroalDataSource dataSource) {
        return new RegistryDatabase(dataSource, Change::current);
    }

    @Produces
    @Singleton
    OwnFolder folder(FirnConfiguration configuration) {
        return OwnFolder.open(configuration.home().resolve("work"));
    }

    void close(@Disposes OwnFolder folder) {
        folder.close();
    }

    @Produces
    @Singleton
    BlobStore blobs(RegistryDatabase database, FirnConfiguration configuration, OwnFolder folder) {
        return BlobStore.open(
                database, objectStore(configuration), folder.resolve("spool"), configuration.storageQuota());
    }

    private static ObjectStoreSettings objectStore(FirnConfiguration configuration) {
        FirnConfiguration.S3 s3 = configuration.s3();
        return new ObjectStoreSettings(s3.endpoint(), s3.accessKey(), s3.secretKey(), s3.bucket(), s3.region());
    }

    void close(@Disposes BlobStore blobs) {
        blobs.close();
    }

    @Produces
    @Singleton
    ArtifactStore artifacts(RegistryDatabase database, BlobStore blobs, FirnConfiguration configuration) {
        return new ArtifactStore(database, blobs, configuration.home().resolve("cache"), configuration.cacheBytes());
    }

    @Produces
    @Singleton
    WorkflowServiceStubs temporal(FirnConfiguration configuration) {
        FirnConfiguration.Temporal temporal = configuration.temporal();
        WorkflowServiceStubsOptions.Builder options = WorkflowServiceStubsOptions.newBuilder()
                .setTarget(temporal.address())
                .setEnableHttps(temporal.tls());
        temporal.apiKey().ifPresent(key -> options.addApiKey(() -> key));
        return WorkflowServiceStubs.newServiceStubs(options.build());
    }

    void close(@Disposes WorkflowServiceStubs temporal) {
        temporal.shutdownNow();
    }

    @Produces
    @Singleton
    WorkflowClient workflows(WorkflowServiceStubs temporal, FirnConfiguration configuration, Tracing tracing) {
        WorkflowClientOptions options = WorkflowClientOptions.newBuilder()
                .setNamespace(configuration.temporal().namespace())
                .setInterceptors(tracing.client().toArray(WorkflowClientInterceptor[]::new))
                .build();
        return WorkflowClient.newInstance(temporal, options);
    }

    @Produces
    @Singleton
    Stores stores(RegistryDatabase database, ArtifactStore artifacts) {
        return Stores.of(database, artifacts);
    }

    @Produces
    @Singleton
    RunStore runs(Stores stores) {
        return stores.runs();
    }

    @Produces
    @Singleton
    StageStore stages(Stores stores) {
        return stores.stages();
    }

    @Produces
    @Singleton
    CheckpointStore checkpoints(Stores stores) {
        return stores.checkpoints();
    }

    @Produces
    @Singleton
    GarbageCollector collector(RegistryDatabase database, BlobStore blobs) {
        return new GarbageCollector(database, blobs);
    }

    @Produces
    @Singleton
    MetricStore metrics(Stores stores) {
        return stores.metrics();
    }

    @Produces
    @Singleton
    EventStore events(Stores stores) {
        return stores.events();
    }

    @Produces
    @Singleton
    DatasetStore datasets(Stores stores) {
        return stores.datasets();
    }

    @Produces
    @Singleton
    EvaluationStore evaluations(Stores stores) {
        return stores.evaluations();
    }

    @Produces
    @Singleton
    EvaluationJobStore evaluationJobs(Stores stores) {
        return stores.evaluationJobs();
    }

    @Produces
    @Singleton
    EvaluationStarter evaluationStarter(Stores stores, WorkflowClient workflows) {
        return new EvaluationStarter(workflows, stores.workers());
    }

    @Produces
    @Singleton
    ModelStore models(Stores stores) {
        return stores.models();
    }

    @Produces
    @Singleton
    WorkerStore workers(Stores stores) {
        return stores.workers();
    }

    @Produces
    @Singleton
    QueueStore queue(Stores stores) {
        return stores.queue();
    }

    @Produces
    @Singleton
    LineageStore lineage(Stores stores) {
        return stores.lineage();
    }

    @Produces
    @Singleton
    ControlStore controls(Stores stores) {
        return stores.controls();
    }

    @Produces
    @Singleton
    AuditStore audit(RegistryDatabase database) {
        return new AuditStore(database);
    }

    @Produces
    @Singleton
    WebhookStore webhooks(RegistryDatabase database) {
        return new WebhookStore(database);
    }

    @Produces
    @Singleton
    TokenStore tokens(RegistryDatabase database) {
        return new TokenStore(database);
    }

    @Produces
    @Singleton
    TrainingInputs inputs(FirnConfiguration configuration, Authentication authentication) {
        ObjectStoreSettings own = objectStore(configuration);
        DataObjects objects = configuration
                .dataS3()
                .map(other -> DataObjects.of(
                        other.endpoint(),
                        other.accessKey(),
                        other.secretKey(),
                        other.region().orElse("us-east-1"),
                        own,
                        "FIRN_DATA_S3"))
                .orElseGet(() -> DataObjects.besides(own));
        Path artifacts = configuration.home().resolve("artifacts");
        // Where nobody is asked who they are, nobody but the people of this machine asks: they can read the files
        // anyway
        DataFolders folders = configuration
                .dataFolders()
                .map(DataFolders::parse)
                .orElse(authentication.required() ? DataFolders.NOWHERE : DataFolders.ANYWHERE);
        return new TrainingInputs(MavenArtifacts.standard(artifacts), artifacts.resolve("unpacked"), folders, objects);
    }

    @Produces
    @Singleton
    ModelImport imports(Stores stores, FirnConfiguration configuration) throws IOException {
        return new ModelImport(stores, configuration.home().resolve("imports"));
    }

    @Produces
    @Singleton
    DatasetUpload uploads(Stores stores, OwnFolder folder) throws IOException {
        return new DatasetUpload(stores, folder.resolve("datasets"));
    }

    @Produces
    @Singleton
    RunStarter starter(WorkflowClient workflows) {
        return new RunStarter(workflows);
    }

    @Produces
    @Singleton
    RunSubmission submission(Stores stores, TrainingInputs inputs, RunStarter starter) {
        return new RunSubmission(stores, inputs, starter);
    }

    @Produces
    @Singleton
    RunControl control(Stores stores, WorkflowClient workflows, RunStarter starter, TrainingInputs inputs) {
        return new RunControl(stores, workflows, starter, inputs.folders());
    }

    @Produces
    @Singleton
    StudyStarter studyStarter(WorkflowClient workflows) {
        return new StudyStarter(workflows);
    }

    @Produces
    @Singleton
    StudySubmission studySubmission(Stores stores, RunSubmission submission, StudyStarter starter) {
        return new StudySubmission(stores, submission, starter);
    }

    @Produces
    @Singleton
    StudyControl studyControl(Stores stores, StudyStarter starter) {
        return new StudyControl(stores, starter);
    }

    @Produces
    @Singleton
    StudyResults studyResults(Stores stores) {
        return new StudyResults(stores);
    }

    @Produces
    @Singleton
    StudyIntervals studyIntervals(ArtifactStore artifacts) {
        return new StudyIntervals(artifacts);
    }

    @Produces
    @Singleton
    StudyStore studies(Stores stores) {
        return stores.studies();
    }

    @Produces
    @Singleton
    Reconciler reconciler(Stores stores, WorkflowClient workflows, RunStarter starter, StudyStarter studies) {
        return new Reconciler(stores, workflows, starter, studies);
    }
}
