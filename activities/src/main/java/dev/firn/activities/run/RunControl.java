package dev.firn.activities.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.activities.Stores;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.workflows.run.RunEnding;
import dev.firn.workflows.run.TaskQueues;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowNotFoundException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.UUID;

/** What users do to running runs. */
public final class RunControl {
    private final Stores stores;
    private final WorkflowClient client;

    public RunControl(Stores stores, WorkflowClient client) {
        this.stores = requireNonNull(stores, "stores is null");
        this.client = requireNonNull(client, "client is null");
    }

    /**
     * Asks a run to end. A train stage under way commits a last checkpoint first.
     *
     * @return the run as it is now; it ends shortly after
     * @throws dev.firn.registry.ConflictException when the run has ended
     * @throws dev.firn.registry.NotFoundException when there is no such run
     */
    public Run cancel(UUID runId) {
        stores.runs()
                .transition(
                        runId,
                        EnumSet.of(RunState.QUEUED, RunState.RUNNING, RunState.PAUSED),
                        RunState.STOPPING,
                        Optional.empty());
        stores.events()
                .append(
                        runId,
                        Optional.empty(),
                        "control",
                        "Cancelling was asked for",
                        JsonNodeFactory.instance.objectNode().put("kind", "cancel"));
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
