package dev.firn.activities;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.run.AdmissionActivitiesImpl;
import dev.firn.activities.run.RunActivitiesImpl;
import dev.firn.activities.run.RunControl;
import dev.firn.activities.run.RunStarter;
import dev.firn.activities.stage.EvaluationActivitiesImpl;
import dev.firn.activities.stage.StageActivitiesImpl;
import dev.firn.activities.study.StudyActivitiesImpl;
import dev.firn.activities.submission.RunSubmission;
import dev.firn.activities.submission.TrainingInputs;
import dev.firn.workflows.evaluation.EvaluationWorkflowImpl;
import dev.firn.workflows.run.ShardedStageWorkflowImpl;
import dev.firn.workflows.run.TaskQueues;
import dev.firn.workflows.run.TrainingRunWorkflowImpl;
import dev.firn.workflows.study.StudyWorkflowImpl;
import io.temporal.client.WorkflowClient;
import io.temporal.common.interceptors.WorkerInterceptor;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Serves the task queues: workflows and the runs' rows on one, the stages on another, one stage at a time.
 *
 * <p>Closing it lets a stage under way commit a checkpoint; another worker, or this one when it is back, goes on there.
 */
public final class FirnWorker implements AutoCloseable {
    private static final Pattern CLASS_NAME = Pattern.compile("[a-z0-9-]{1,32}");
    private static final long SHUTDOWN_SECONDS = 30;

    private final WorkerFactory factory;
    private final WorkerPresence presence;

    /**
     * A worker of the usual class that is not started yet.
     *
     * @param inputs what specifications name outside of themselves
     * @param scratch folder for the stages' files
     * @param identity who works: {@code process@host}, so that it can be told whether it lives
     */
    public FirnWorker(Stores stores, TrainingInputs inputs, WorkflowClient client, Path scratch, String identity) {
        this(stores, inputs, client, scratch, identity, TaskQueues.USUAL_CLASS, List.of());
    }

    /**
     * A worker that is not started yet.
     *
     * @param inputs what specifications name outside of themselves
     * @param scratch folder for the stages' files
     * @param identity who works: {@code process@host}, so that it can be told whether it lives
     * @param computeClass which stages it computes: those of this class's queue
     * @param interceptors what goes on around workflows and activities, tracing for one
     */
    public FirnWorker(
            Stores stores,
            TrainingInputs inputs,
            WorkflowClient client,
            Path scratch,
            String identity,
            String computeClass,
            List<WorkerInterceptor> interceptors) {
        if (!CLASS_NAME.matcher(computeClass).matches()) {
            throw new IllegalArgumentException(
                    "a compute class is 1 to 32 of a-z, 0-9 and -, not '" + computeClass + "'; see FIRN_COMPUTE_CLASS");
        }
        this.presence = new WorkerPresence(stores.workers(), identity, computeClass);
        this.factory = WorkerFactory.newInstance(
                requireNonNull(client, "client is null"),
                WorkerFactoryOptions.newBuilder()
                        // Tasks of a workflow that is kept in memory wait for its worker, and the embedded Temporal
                        // does not take
                        // them back from one that died. Histories are short: reading them again costs little.
                        .setWorkerInterceptors(interceptors.toArray(WorkerInterceptor[]::new))
                        .build());
        Worker orchestration = factory.newWorker(TaskQueues.ORCHESTRATION);
        orchestration.registerWorkflowImplementationTypes(
                TrainingRunWorkflowImpl.class,
                ShardedStageWorkflowImpl.class,
                EvaluationWorkflowImpl.class,
                StudyWorkflowImpl.class);
        EvaluationActivitiesImpl evaluations = new EvaluationActivitiesImpl(
                stores, scratch, Runtime.getRuntime().availableProcessors());
        RunStarter starter = new RunStarter(client);
        orchestration.registerActivitiesImplementations(
                new RunActivitiesImpl(stores),
                new AdmissionActivitiesImpl(stores.queue()),
                evaluations,
                new StudyActivitiesImpl(
                        stores,
                        new RunSubmission(stores, inputs, starter),
                        new RunControl(stores, client, starter, inputs.folders())));
        Worker compute = factory.newWorker(TaskQueues.compute(computeClass), TaskQueues.computeWorkerOptions());
        compute.registerActivitiesImplementations(
                new StageActivitiesImpl(stores, inputs, scratch, identity), evaluations);
    }

    /** Starts to take work. */
    public void start() {
        presence.start();
        factory.start();
    }

    /** Takes no more work, tells the stage under way to stop, and waits for it a while. */
    @Override
    public void close() {
        presence.close();
        factory.shutdownNow();
        factory.awaitTermination(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
    }
}
