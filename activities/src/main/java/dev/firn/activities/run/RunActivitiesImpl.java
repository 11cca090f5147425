package dev.firn.activities.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.activities.Stores;
import dev.firn.registry.ConflictException;
import dev.firn.registry.run.RunState;
import dev.firn.workflows.run.RunActivities;
import dev.firn.workflows.run.RunEnding;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes runs' rows. */
public final class RunActivitiesImpl implements RunActivities {
    private static final Logger LOG = LoggerFactory.getLogger(RunActivitiesImpl.class);
    private static final Set<RunState> OPEN =
            EnumSet.of(RunState.QUEUED, RunState.RUNNING, RunState.PAUSED, RunState.STOPPING);

    private final Stores stores;

    public RunActivitiesImpl(Stores stores) {
        this.stores = requireNonNull(stores, "stores is null");
    }

    @Override
    public void endRun(String runId, RunEnding ending) {
        end(UUID.fromString(runId), ending);
    }

    /** Closes the run's row and what is open of its stages. A run that has ended stays as it is. */
    public void end(UUID runId, RunEnding ending) {
        RunState state = switch (ending.state()) {
            case SUCCEEDED -> RunState.SUCCEEDED;
            case FAILED -> RunState.FAILED;
            case CANCELLED -> RunState.CANCELLED;
        };
        Optional<ObjectNode> failure = Optional.empty();
        if (ending.state() == RunEnding.State.FAILED) {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.put("message", ending.message());
            if (ending.stage() != null) {
                document.put("stage", ending.stage().label());
                stores.stages().fail(runId, ending.stage().label(), document);
            }
            failure = Optional.of(document);
        }
        stores.stages().cancelUnfinished(runId);
        try {
            stores.runs().transition(runId, OPEN, state, failure.map(document -> document));
        } catch (ConflictException e) {
            LOG.info("Run {} had ended before: {}", runId, e.getMessage());
        }
    }
}
