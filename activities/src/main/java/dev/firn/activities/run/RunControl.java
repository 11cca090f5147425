package dev.firn.activities.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.activities.Stores;
import dev.firn.activities.submission.DataFolders;
import dev.firn.registry.ConflictException;
import dev.firn.registry.control.NewControl;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.workflows.run.ControlKind;
import dev.firn.workflows.run.ControlRequest;
import dev.firn.workflows.run.RunActivities;
import dev.firn.workflows.run.RunEnding;
import dev.firn.workflows.run.TaskQueues;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateException;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * What users do to running runs.
 *
 * <p>A request is an update of the run's workflow, which refuses what cannot be and writes the rest down in the registry; the
 * worker of the stage under way reads it there. A run that waits may have no workflow, after Temporal has forgotten it: what it
 * is asked for is written down directly, and going on starts a workflow.
 */
public final class RunControl {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration CLOSING = Duration.ofSeconds(3);
    private static final Duration BETWEEN_STARTS = Duration.ofMillis(100);
    private static final String UPDATE = "control";

    private final Stores stores;
    private final WorkflowClient client;
    private final RunStarter starter;
    private final DataFolders folders;

    /**
     * @param folders where the specification of a run that begins again may name files
     */
    public RunControl(Stores stores, WorkflowClient client, RunStarter starter, DataFolders folders) {
        this.stores = requireNonNull(stores, "stores is null");
        this.client = requireNonNull(client, "client is null");
        this.starter = requireNonNull(starter, "starter is null");
        this.folders = requireNonNull(folders, "folders is null");
    }

    /**
     * Asks a run for something.
     *
     * @param value what comes with it
     * @param requestedBy who asks, kept with the request
     * @param requestId when given, the same request of the same kind has its effect once
     * @return the run as it is now; the request takes effect shortly after
     * @throws ConflictException when the run's state forbids it
     * @throws dev.firn.registry.NotFoundException when there is no such run
     * @throws NoWorkerException when no worker takes the request
     */
    public Run request(
            UUID runId,
            ControlKind kind,
            Optional<JsonNode> value,
            Optional<String> requestedBy,
            Optional<String> requestId) {
        ControlRequest request = new ControlRequest(
                runId.toString(),
                kind,
                kind.label() + ":" + requestId.orElseGet(() -> UUID.randomUUID().toString()),
                value.map(JsonNode::toString).orElse(null),
                requestedBy.orElse(null));
        Run run = stores.runs().get(runId);
        if (run.state().ended() || run.state() == RunState.STOPPING) {
            new RunActivitiesImpl(stores).decide(request);
        } else if (!update(request)) {
            withoutWorkflow(run, request);
        }
        return stores.runs().get(runId);
    }

    private void withoutWorkflow(Run run, ControlRequest request) {
        if (run.state() == RunState.PAUSED) {
            new RunActivitiesImpl(stores).decide(request);
            if (request.kind() == ControlKind.RESUME) {
                starter.start(run.id());
            }
            return;
        }
        starter.start(run.id());
        if (!update(request)) {
            throw new ConflictException("run " + run.id() + " is ending");
        }
    }

    /**
     * Updates the run's workflow.
     *
     * @return false when there is none
     */
    private boolean update(ControlRequest request) {
        WorkflowStub workflow = client.newUntypedWorkflowStub(TaskQueues.workflowId(request.runId()));
        CompletableFuture<Void> updated = new CompletableFuture<>();
        Thread.ofVirtual().name("control-" + request.requestId()).start(() -> {
            try {
                workflow.startUpdate(
                                UpdateOptions.newBuilder(Void.class)
                                        .setUpdateName(UPDATE)
                                        .setUpdateId(request.requestId())
                                        .setWaitForStage(WorkflowUpdateStage.COMPLETED)
                                        .build(),
                                request)
                        .getResult();
                updated.complete(null);
            } catch (RuntimeException e) {
                updated.completeExceptionally(e);
            }
        });
        try {
            updated.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            return switch (e.getCause()) {
                case WorkflowNotFoundException _ -> false;
                case WorkflowUpdateException refused -> throw refusal(refused);
                case RuntimeException other -> throw other;
                default -> throw new IllegalStateException(e.getCause());
            };
        } catch (TimeoutException e) {
            throw noWorker(request, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw noWorker(request, e);
        }
    }

    private static NoWorkerException noWorker(ControlRequest request, Exception cause) {
        return new NoWorkerException(
                "No worker took the request " + request.kind().label() + " to run " + request.runId()
                        + " in time; it may take effect later. Look at the run before asking again",
                cause);
    }

    /** The validator's exceptions come as they are, the activity's within others. */
    private static RuntimeException refusal(WorkflowUpdateException exception) {
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof ApplicationFailure failure
                    && (failure.getType().equals(RunActivities.REFUSED)
                            || failure.getType().equals(IllegalStateException.class.getName()))) {
                return new ConflictException(failure.getOriginalMessage());
            }
            if (cause instanceof CanceledFailure) {
                return new ConflictException("the run is being cancelled");
            }
        }
        return exception;
    }

    /**
     * Lets a run that failed or was cancelled begin again with the stage that did not succeed, from its newest checkpoint.
     *
     * @param requestedBy who asks, kept with the request
     * @param requestId when given, the same request has its effect once
     * @return the run as it is now
     * @throws ConflictException when it has not failed and was not cancelled
     * @throws dev.firn.registry.NotFoundException when there is no such run
     * @throws dev.firn.workflows.specification.InvalidSpecificationException when it names files that may not be read any more
     */
    public Run retry(UUID runId, Optional<String> requestedBy, Optional<String> requestId) {
        folders.require(stores.runs().specification(runId));
        stores.controls()
                .retry(new NewControl(
                        runId, "retry", Optional.empty(), requestedBy, requestId.map(id -> "retry:" + id)));
        // The workflow that closed the run's row may take a moment to close itself; reconciliation starts what is not
        // started here
        long deadline = System.nanoTime() + CLOSING.toNanos();
        while (!starter.start(runId) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(BETWEEN_STARTS.toNanos());
        }
        return stores.runs().get(runId);
    }

    /**
     * Asks a run to end. A train stage under way commits a last checkpoint first.
     *
     * @param requestedBy who asks, kept with the request
     * @return the run as it is now; it ends shortly after
     * @throws ConflictException when the run has ended
     * @throws dev.firn.registry.NotFoundException when there is no such run
     */
    public Run cancel(UUID runId, Optional<String> requestedBy) {
        stores.controls().cancel(new NewControl(runId, "cancel", Optional.empty(), requestedBy, Optional.empty()));
        try {
            client.newUntypedWorkflowStub(TaskQueues.workflowId(runId.toString()))
                    .cancel();
        } catch (WorkflowNotFoundException e) {
            // Temporal forgot the run, and nothing has continued it yet: there is nothing to wait for.
            new RunActivitiesImpl(stores).end(runId, new RunEnding(RunEnding.State.CANCELLED, null, null));
        }
        return stores.runs().get(runId);
    }
}
