package dev.firn.activities.run;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.activities.Stores;
import dev.firn.registry.ConflictException;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.control.NewControl;
import dev.firn.registry.run.RunState;
import dev.firn.workflows.run.ControlRequest;
import dev.firn.workflows.run.RunActivities;
import dev.firn.workflows.run.RunEnding;
import dev.firn.workflows.stage.Stage;
import io.temporal.failure.ApplicationFailure;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes runs' rows, and writes down what runs are asked to do. */
public final class RunActivitiesImpl implements RunActivities {
    private static final Logger LOG = LoggerFactory.getLogger(RunActivitiesImpl.class);
    private static final Set<RunState> OPEN =
            EnumSet.of(RunState.QUEUED, RunState.RUNNING, RunState.PAUSED, RunState.STOPPING);

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final List<String> TRAIN_STAGES = Arrays.stream(Stage.values())
            .filter(Stage::trains)
            .map(Stage::label)
            .toList();

    private final Stores stores;

    public RunActivitiesImpl(Stores stores) {
        this.stores = requireNonNull(stores, "stores is null");
    }

    @Override
    public void endRun(String runId, RunEnding ending) {
        end(UUID.fromString(runId), ending);
    }

    @Override
    public void control(ControlRequest request) {
        try {
            decide(request);
        } catch (ConflictException | NotFoundException e) {
            throw ApplicationFailure.newNonRetryableFailure(e.getMessage(), REFUSED);
        }
    }

    /**
     * Writes a request down.
     *
     * @throws ConflictException when the run's state forbids it
     * @throws NotFoundException when there is no such run
     */
    void decide(ControlRequest request) {
        NewControl control = new NewControl(
                UUID.fromString(request.runId()),
                request.kind().label(),
                Optional.ofNullable(request.value()).map(RunActivitiesImpl::value),
                Optional.ofNullable(request.requestedBy()),
                Optional.of(request.requestId()));
        switch (request.kind()) {
            case PAUSE -> stores.controls().pause(control);
            case RESUME -> stores.controls().resume(control);
            case CHECKPOINT, STOP, LEARNING_RATE_SCALE, EXTEND ->
                stores.controls()
                        .ofStage(
                                control,
                                request.kind().whilePaused()
                                        ? EnumSet.of(RunState.RUNNING, RunState.PAUSED)
                                        : EnumSet.of(RunState.RUNNING),
                                TRAIN_STAGES);
        }
    }

    private static JsonNode value(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON: " + json, e);
        }
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
        stores.controls().closeOpen(runId, state);
        try {
            stores.runs().transition(runId, OPEN, state, failure.map(document -> document));
        } catch (ConflictException e) {
            LOG.info("Run {} had ended before: {}", runId, e.getMessage());
        }
    }
}
