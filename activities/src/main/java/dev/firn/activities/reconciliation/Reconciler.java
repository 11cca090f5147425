package dev.firn.activities.reconciliation;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.Stores;
import dev.firn.activities.run.EvaluationStarter;
import dev.firn.activities.run.RunActivitiesImpl;
import dev.firn.activities.run.RunStarter;
import dev.firn.activities.study.StudyStarter;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.evaluation.EvaluationJob;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.registry.study.Study;
import dev.firn.registry.study.StudyState;
import dev.firn.workflows.run.RunEnding;
import dev.firn.workflows.run.TaskQueues;
import dev.firn.workflows.study.StudyWorkflow;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes through the runs that have not ended: one whose workflow Temporal does not know is started again under the same
 * id; one whose workflow is closed has its row closed; a paused one is left alone. Studies likewise. Of several servers on
 * one database only one does this at a time. Evaluations that have not ended are started again where their workflow is gone.
 */
public final class Reconciler {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    private static final String LOCK = "reconciliation";
    private static final int PAGE = 100;

    private final Stores stores;
    private final WorkflowClient client;
    private final RunStarter starter;
    private final EvaluationStarter evaluations;
    private final StudyStarter studies;

    public Reconciler(Stores stores, WorkflowClient client, RunStarter starter, StudyStarter studies) {
        this.stores = requireNonNull(stores, "stores is null");
        this.client = requireNonNull(client, "client is null");
        this.starter = requireNonNull(starter, "starter is null");
        this.evaluations = new EvaluationStarter(client, stores.workers());
        this.studies = requireNonNull(studies, "studies is null");
    }

    /** Goes through all runs and studies once, unless another process is doing so. */
    public void reconcile() {
        stores.database().tryExclusively(LOCK, this::reconcileAll);
    }

    private void reconcileAll() {
        reconcileRuns();
        reconcileEvaluations();
    }

    /** An evaluation that has not ended is started again whatever became of its workflow; one under way stays. */
    private void reconcileEvaluations() {
        PageRequest request = PageRequest.first(PAGE);
        while (true) {
            Page<EvaluationJob> page = stores.evaluationJobs().unfinished(request);
            page.items().forEach(job -> evaluations.start(job.id()));
            if (page.nextCursor().isEmpty()) {
                return;
            }
            request = PageRequest.after(PAGE, page.nextCursor().get());
        }
    }

    private void reconcileRuns() {
        stores.queue().tellWaiting();
        PageRequest request = PageRequest.first(PAGE);
        while (true) {
            Page<Run> page = stores.runs().unfinished(request);
            page.items().forEach(this::reconcile);
            if (page.nextCursor().isEmpty()) {
                break;
            }
            request = PageRequest.after(PAGE, page.nextCursor().get());
        }
        request = PageRequest.first(PAGE);
        while (true) {
            Page<Study> page = stores.studies().unfinished(request);
            page.items().forEach(this::reconcile);
            if (page.nextCursor().isEmpty()) {
                return;
            }
            request = PageRequest.after(PAGE, page.nextCursor().get());
        }
    }

    /** A study's workflow closes its row before it completes: when it has and the row is open, the study was let go on. */
    private void reconcile(Study study) {
        Optional<WorkflowExecutionStatus> status =
                status(StudyWorkflow.workflowId(study.id().toString()));
        boolean forgotten =
                status.isEmpty() || status.get() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED;
        if (forgotten) {
            LOG.info("Temporal has no workflow for study {}; it goes on", study.id());
            studies.start(study.id());
        } else if (ending(status.get()).isPresent()) {
            LOG.warn("The workflow of study {} was closed: {}", study.id(), status.get());
            stores.studies().end(study.id(), StudyState.STOPPED);
        }
    }

    private void reconcile(Run run) {
        if (run.state() == RunState.PAUSED) {
            return;
        }
        Optional<WorkflowExecutionStatus> status =
                status(TaskQueues.workflowId(run.id().toString()));
        if (status.isEmpty() && run.state() == RunState.STOPPING) {
            new RunActivitiesImpl(stores).end(run.id(), new RunEnding(RunEnding.State.CANCELLED, null, null));
            return;
        }
        if (status.isEmpty()) {
            LOG.info("Temporal does not know run {}; it is continued", run.id());
            if (starter.start(run.id()) && run.startedAt().isPresent()) {
                stores.events()
                        .append(
                                run.id(),
                                Optional.empty(),
                                "run",
                                "Continued after Temporal had forgotten it",
                                com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode());
            }
            return;
        }
        Optional<RunEnding> ending = ending(status.get());
        if (ending.isPresent()
                && run.state() == RunState.QUEUED
                && stores.controls().retried(run.id())) {
            // The closed workflow is that of the time before
            starter.start(run.id());
            return;
        }
        if (ending.isPresent()) {
            new RunActivitiesImpl(stores).end(run.id(), ending.get());
        }
    }

    /** How a closed workflow closes its run; empty while it is under way. */
    private static Optional<RunEnding> ending(WorkflowExecutionStatus status) {
        return switch (status) {
            case WORKFLOW_EXECUTION_STATUS_RUNNING,
                    WORKFLOW_EXECUTION_STATUS_PAUSED,
                    WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW,
                    WORKFLOW_EXECUTION_STATUS_UNSPECIFIED,
                    UNRECOGNIZED -> Optional.empty();
            case WORKFLOW_EXECUTION_STATUS_CANCELED ->
                Optional.of(new RunEnding(RunEnding.State.CANCELLED, null, null));
            case WORKFLOW_EXECUTION_STATUS_COMPLETED,
                    WORKFLOW_EXECUTION_STATUS_FAILED,
                    WORKFLOW_EXECUTION_STATUS_TERMINATED,
                    WORKFLOW_EXECUTION_STATUS_TIMED_OUT ->
                Optional.of(new RunEnding(
                        RunEnding.State.FAILED, null, "The workflow was closed without closing the run: " + status));
        };
    }

    private Optional<WorkflowExecutionStatus> status(String workflowId) {
        try {
            return Optional.of(client.getWorkflowServiceStubs()
                    .blockingStub()
                    .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                            .setNamespace(client.getOptions().getNamespace())
                            .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflowId))
                            .build())
                    .getWorkflowExecutionInfo()
                    .getStatus());
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
