package dev.firn.activities.study;

import static java.util.Objects.requireNonNull;

import dev.firn.workflows.run.TaskQueues;
import dev.firn.workflows.study.StudyWorkflow;
import io.temporal.api.enums.v1.WorkflowIdConflictPolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowExecutionAlreadyStarted;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowServiceException;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the workflows of studies. */
public final class StudyStarter {
    private static final Logger LOG = LoggerFactory.getLogger(StudyStarter.class);

    private final WorkflowClient client;

    public StudyStarter(WorkflowClient client) {
        this.client = requireNonNull(client, "client is null");
    }

    /**
     * Starts the study's workflow unless it is under way. When Temporal does not answer, reconciliation starts it.
     *
     * @return whether a workflow was started
     */
    public boolean start(UUID studyId) {
        StudyWorkflow workflow = client.newWorkflowStub(
                StudyWorkflow.class,
                WorkflowOptions.newBuilder()
                        .setTaskQueue(TaskQueues.ORCHESTRATION)
                        .setWorkflowId(StudyWorkflow.workflowId(studyId.toString()))
                        .setWorkflowIdReusePolicy(WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
                        .setWorkflowIdConflictPolicy(WorkflowIdConflictPolicy.WORKFLOW_ID_CONFLICT_POLICY_FAIL)
                        .build());
        try {
            WorkflowClient.start(workflow::execute, studyId.toString());
            return true;
        } catch (WorkflowExecutionAlreadyStarted e) {
            LOG.debug("The workflow of study {} is under way", studyId);
            return false;
        } catch (WorkflowServiceException e) {
            LOG.warn("The workflow of study {} could not be started now; it is tried again", studyId, e);
            return false;
        }
    }
}
