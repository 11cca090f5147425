package dev.firn.api.wiring;

import dev.firn.registry.RegistryDatabase;
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
