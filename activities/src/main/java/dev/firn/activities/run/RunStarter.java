package dev.firn.activities.run;

import static java.util.Objects.requireNonNull;

import dev.firn.workflows.run.RunRequest;
import dev.firn.workflows.run.TaskQueues;
import dev.firn.workflows.run.TrainingRunWorkflow;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowServiceException;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the workflows of runs. */
public final class RunStarter {
    private static final Logger LOG = LoggerFactory.getLogger(RunStarter.class);

    private final WorkflowClient client;

    public RunStarter(WorkflowClient client) {
        this.client = requireNonNull(client, "client is null");
    }

    /**
     * Starts the run's workflow unless it is under way. When Temporal does not answer, nothing is lost: the run's row is
     * there, and reconciliation starts it.
     *
     * @return whether a workflow was started
     */
    public boolean start(UUID runId) {
        TrainingRunWorkflow workflow = client.newWorkflowStub(
                TrainingRunWorkflow.class,
                WorkflowOptions.newBuilder()
                        .setTaskQueue(TaskQueues.ORCHESTRATION)
                        .setWorkflowId(TaskQueues.workflowId(runId.toString()))
                        .setWorkflowIdReusePolicy(WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
                        .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL)
                        .build());
        try {
            WorkflowClient.start(workflow::execute, new RunRequest(runId.toString(), TaskQueues.COMPUTE_CPU));
            return true;
        } catch (WorkflowExecutionAlreadyStarted e) {
            return false;
        } catch (WorkflowServiceException e) {
            LOG.warn("The workflow of run {} could not be started now; it is tried again", runId, e);
            return false;
        }
    }
}
