package dev.firn.activities;

import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.control.ControlStore;
import dev.firn.registry.dataset.DatasetStore;
import dev.firn.registry.evaluation.EvaluationJobStore;
import dev.firn.registry.evaluation.EvaluationStore;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.lineage.LineageStore;
import dev.firn.registry.metric.MetricStore;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.queue.QueueStore;
import dev.firn.registry.queue.WorkerStore;
import dev.firn.registry.run.RunStore;
import dev.firn.registry.run.ShardStore;
import dev.firn.registry.run.StageStore;
import dev.firn.registry.study.StudyStore;

/** The registry's stores, over one database and one object store. */
public record Stores(
        RegistryDatabase database,
        RunStore runs,
        StageStore stages,
        ShardStore shards,
        CheckpointStore checkpoints,
        MetricStore metrics,
        EventStore events,
        DatasetStore datasets,
        EvaluationStore evaluations,
        EvaluationJobStore evaluationJobs,
        ModelStore models,
        LineageStore lineage,
        WorkerStore workers,
        QueueStore queue,
        ControlStore controls,
        StudyStore studies,
        ArtifactStore artifacts) {

    /** The stores over a database, and an artifact store over an object store. */
    public static Stores of(RegistryDatabase database, ArtifactStore artifacts) {
        return new Stores(
                database,
                new RunStore(database),
                new StageStore(database),
                new ShardStore(database),
                new CheckpointStore(database),
                new MetricStore(database),
                new EventStore(database),
                new DatasetStore(database),
                new EvaluationStore(database),
                new EvaluationJobStore(database),
                new ModelStore(database),
                new LineageStore(database),
                new WorkerStore(database),
                new QueueStore(database),
                new ControlStore(database),
                new StudyStore(database),
                artifacts);
    }
}
