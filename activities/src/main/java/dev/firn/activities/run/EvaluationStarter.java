package dev.firn.activities.run;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.queue.Worker;
import dev.firn.registry.queue.WorkerStore;
import dev.firn.workflows.evaluation.EvaluationRequest;
import dev.firn.workflows.evaluation.EvaluationWorkflow;
import dev.firn.workflows.run.TaskQueues;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowServiceException;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the workflows of evaluations of model versions. */
public final class EvaluationStarter {
    private static final Logger LOG = LoggerFactory.getLogger(EvaluationStarter.class);

    private final WorkflowClient client;
    private final WorkerStore workers;

    public EvaluationStarter(WorkflowClient client, WorkerStore workers) {
        this.client = requireNonNull(client, "client is null");
        this.workers = requireNonNull(workers, "workers is null");
    }

    /**
     * Starts the evaluation's workflow unless it is under way. When Temporal does not answer, nothing is lost: the row is
     * there, and reconciliation starts it. Any class of workers will do: the usual one, or that of a worker that is there.
     */
    public void start(UUID jobId) {
        EvaluationWorkflow workflow = client.newWorkflowStub(
                EvaluationWorkflow.class,
                WorkflowOptions.newBuilder()
                        .setTaskQueue(TaskQueues.ORCHESTRATION)
                        .setWorkflowId(EvaluationRequest.workflowId(jobId.toString()))
                        .setWorkflowIdReusePolicy(WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
                        .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL)
                        .build());
        try {
            WorkflowClient.start(workflow::execute, new EvaluationRequest(jobId.toString(), queue()));
        } catch (WorkflowExecutionAlreadyStarted e) {
            LOG.debug("The workflow of evaluation {} is under way", jobId);
        } catch (WorkflowServiceException e) {
            LOG.warn("The workflow of evaluation {} could not be started now; it is tried again", jobId, e);
        }
    }

    private String queue() {
        List<String> classes =
                workers.present().stream().map(Worker::computeClass).toList();
        return TaskQueues.compute(
                classes.isEmpty() || classes.contains(TaskQueues.USUAL_CLASS)
                        ? TaskQueues.USUAL_CLASS
                        : classes.getFirst());
    }
}
