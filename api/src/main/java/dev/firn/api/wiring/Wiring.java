package dev.firn.api.wiring;

import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.blob.BlobStore;
import dev.firn.registry.blob.ObjectStoreSettings;
import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.dataset.DatasetStore;
import dev.firn.registry.evaluation.EvaluationStore;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.lineage.LineageStore;
import dev.firn.registry.metric.MetricStore;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.run.RunStore;
import dev.firn.registry.run.StageStore;
import io.agroal.api.AgroalDataSource;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The stores and clients, one of each. */
public final class Wiring {
    @Produces
    @Singleton
    RegistryDatabase database(AgroalDataSource dataSource) {
        return new RegistryDatabase(dataSource);
    }

    @Produces
    @Singleton
    BlobStore blobs(RegistryDatabase database, FirnConfiguration configuration) {
        FirnConfiguration.S3 s3 = configuration.s3();
        ObjectStoreSettings settings =
                new ObjectStoreSettings(s3.endpoint(), s3.accessKey(), s3.secretKey(), s3.bucket(), s3.region());
        return BlobStore.open(database, settings, configuration.home().resolve("spool"));
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
    WorkflowClient workflows(WorkflowServiceStubs temporal, FirnConfiguration configuration) {
        WorkflowClientOptions options = WorkflowClientOptions.newBuilder()
                .setNamespace(configuration.temporal().namespace())
                .build();
        return WorkflowClient.newInstance(temporal, options);
    }

    @Produces
    @Singleton
    RunStore runs(RegistryDatabase database) {
        return new RunStore(database);
    }

    @Produces
    @Singleton
    StageStore stages(RegistryDatabase database) {
        return new StageStore(database);
    }

    @Produces
    @Singleton
    CheckpointStore checkpoints(RegistryDatabase database) {
        return new CheckpointStore(database);
    }

    @Produces
    @Singleton
    MetricStore metrics(RegistryDatabase database) {
        return new MetricStore(database);
    }

    @Produces
    @Singleton
    EventStore events(RegistryDatabase database) {
        return new EventStore(database);
    }

    @Produces
    @Singleton
    DatasetStore datasets(RegistryDatabase database) {
        return new DatasetStore(database);
    }

    @Produces
    @Singleton
    EvaluationStore evaluations(RegistryDatabase database) {
        return new EvaluationStore(database);
    }

    @Produces
    @Singleton
    ModelStore models(RegistryDatabase database) {
        return new ModelStore(database);
    }

    @Produces
    @Singleton
    LineageStore lineage(RegistryDatabase database) {
        return new LineageStore(database);
    }
}
