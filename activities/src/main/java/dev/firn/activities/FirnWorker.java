package dev.firn.activities;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.run.RunActivitiesImpl;
import dev.firn.activities.stage.StageActivitiesImpl;
import dev.firn.activities.submission.TrainingInputs;
import dev.firn.workflows.run.TaskQueues;
import dev.firn.workflows.run.TrainingRunWorkflowImpl;
import io.temporal.client.WorkflowClient;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Serves the task queues: workflows and the runs' rows on one, the stages on another, one stage at a time.
 *
 * <p>Closing it lets a stage under way commit a checkpoint; another worker, or this one when it is back, goes on there.
 */
public final class FirnWorker implements AutoCloseable {
    private static final long SHUTDOWN_SECONDS = 30;

    private final WorkerFactory factory;

    /**
     * A worker that is not started yet.
     *
     * @param inputs what specifications name outside of themselves
     * @param scratch folder for the stages' files
     * @param identity who works, for people: host and process
     */
    public FirnWorker(Stores stores, TrainingInputs inputs, WorkflowClient client, Path scratch, String identity) {
        this.factory = WorkerFactory.newInstance(requireNonNull(client, "client is null"));
        Worker orchestration = factory.newWorker(TaskQueues.ORCHESTRATION);
        orchestration.registerWorkflowImplementationTypes(TrainingRunWorkflowImpl.class);
        orchestration.registerActivitiesImplementations(new RunActivitiesImpl(stores));
        Worker compute = factory.newWorker(TaskQueues.COMPUTE_CPU, TaskQueues.computeWorkerOptions());
        compute.registerActivitiesImplementations(new StageActivitiesImpl(stores, inputs, scratch, identity));
    }

    /** Starts to take work. */
    public void start() {
        factory.start();
    }

    /** Takes no more work, tells the stage under way to stop, and waits for it a while. */
    @Override
    public void close() {
        factory.shutdownNow();
        factory.awaitTermination(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
    }
}
