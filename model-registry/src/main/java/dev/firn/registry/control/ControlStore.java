package dev.firn.registry.control;

import static dev.firn.registry.Columns.text;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.registry.Columns;
import dev.firn.registry.ConflictException;
import dev.firn.registry.Cursor;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.StageToken;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import dev.firn.registry.run.StageStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** The requests to runs. */
public final class ControlStore {
    private static final String COLUMNS = """
            id, run_id, kind, value, requested_by, requested_at, state, reason, stage_execution_id, effective_step,
            decided_at
            """;

    private static final String PAUSE = "pause";
    private static final String CANCEL = "cancel";
    private static final String RETRY = "retry";

    private final RegistryDatabase database;

    public ControlStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Asks a run to wait. One that has not begun waits from now on; one that works does so as soon as its worker has
     * committed a checkpoint. A request that is open already is the one that is given.
     *
     * @throws ConflictException when the run does not work
     * @throws NotFoundException when there is no such run
     */
    public Control pause(NewControl request) {
        return database.inTransaction(handle -> once(handle, request, state -> {
            if (state == RunState.QUEUED) {
                Control pause = insert(handle, request, Control.State.APPLIED, Optional.empty());
                RunStore.transition(
                        handle, request.runId(), EnumSet.of(RunState.QUEUED), RunState.PAUSED, Optional.empty());
                return pause;
            }
            require(request, state, EnumSet.of(RunState.RUNNING));
            return openPauses(handle, request.runId()).stream()
                    .findFirst()
                    .orElseGet(() -> insert(handle, request, Control.State.REQUESTED, Optional.empty()));
        }));
    }

    /**
     * Lets a run go on that waits because somebody asked for it: it waits for a compute slot then, having given up its own.
     *
     * @throws ConflictException when the run does not wait
     * @throws NotFoundException when there is no such run
     */
    public Control resume(NewControl request) {
        return database.inTransaction(handle -> once(handle, request, state -> {
            require(request, state, EnumSet.of(RunState.PAUSED));
            Control resume = insert(handle, request, Control.State.APPLIED, Optional.empty());
            RunStore.transition(
                    handle, request.runId(), EnumSet.of(RunState.PAUSED), RunState.QUEUED, Optional.empty());
            return resume;
        }));
    }

    /**
     * Asks a run to end.
     *
     * @throws ConflictException when it has ended, or was asked to before
     * @throws NotFoundException when there is no such run
     */
    public Control cancel(NewControl request) {
        return database.inTransaction(handle -> once(handle, request, state -> {
            EnumSet<RunState> from = EnumSet.of(RunState.QUEUED, RunState.RUNNING, RunState.PAUSED);
            require(request, state, from);
            Control cancel = insert(handle, request, Control.State.REQUESTED, Optional.empty());
            RunStore.transition(handle, request.runId(), from, RunState.STOPPING, Optional.empty());
            return cancel;
        }));
    }

    /**
     * Lets a run that failed or was cancelled begin again where it ended: its stages that did not succeed wait again.
     *
     * @throws ConflictException when it has not failed and was not cancelled
     * @throws NotFoundException when there is no such run
     */
    public Control retry(NewControl request) {
        return database.inTransaction(handle -> once(handle, request, state -> {
            EnumSet<RunState> from = EnumSet.of(RunState.FAILED, RunState.CANCELLED);
            require(request, state, from);
            Control retry = insert(handle, request, Control.State.APPLIED, Optional.empty());
            StageStore.reset(handle, request.runId());
            RunStore.transition(handle, request.runId(), from, RunState.QUEUED, Optional.empty());
            return retry;
        }));
    }

    /** Whether the run ended before, and was asked to begin again. */
    public boolean retried(UUID runId) {
        return database.inTransaction(handle -> handle.createQuery(
                        "select exists (select 1 from control where run_id = :run and kind = :retry)")
                .bind("run", runId)
                .bind("retry", RETRY)
                .mapTo(Boolean.class)
                .one());
    }

    /**
     * Asks the stage under way to do something between two of its steps.
     *
     * @param states the run must be in one of them
     * @param stages one of them must be under way
     * @throws ConflictException when it is not so
     * @throws NotFoundException when there is no such run
     */
    public Control ofStage(NewControl request, Set<RunState> states, Collection<String> stages) {
        return database.inTransaction(handle -> {
            // Held until the request is written: a stage that ends refuses what is open afterwards
            Optional<UUID> execution = handle.createQuery("""
                            select id from stage_execution
                            where run_id = :run and state = 'RUNNING' and stage = any(:stages)
                            order by position limit 1 for share""")
                    .bind("run", request.runId())
                    .bindArray("stages", String.class, stages)
                    .mapTo(UUID.class)
                    .findOne();
            return once(handle, request, state -> {
                require(request, state, states);
                if (execution.isEmpty()) {
                    throw new ConflictException(request.kind() + " is refused: none of the stages "
                            + String.join(", ", stages) + " of run " + request.runId() + " is under way");
                }
                return insert(handle, request, Control.State.REQUESTED, execution);
            });
        });
    }

    /**
     * The requests of a run are written one after the other, so that their ids become visible in their order. One with an
     * id of its own is written once: the second time, the first one is given.
     */
    private static Control once(Handle handle, NewControl request, Function<RunState, Control> write) {
        RunState state = lockRun(handle, request.runId());
        Optional<Control> earlier = request.requestId()
                .flatMap(requestId -> handle.createQuery(
                                "select " + COLUMNS + " from control where run_id = :run and request_id = :requestId")
                        .bind("run", request.runId())
                        .bind("requestId", requestId)
                        .map(ControlStore::control)
                        .findOne());
        return earlier.orElseGet(() -> write.apply(state));
    }

    private static RunState lockRun(Handle handle, UUID runId) {
        return handle.createQuery("select state from run where id = :run for no key update")
                .bind("run", runId)
                .mapTo(RunState.class)
                .findOne()
                .orElseThrow(() -> new NotFoundException("there is no run " + runId));
    }

    private static void require(NewControl request, RunState state, Set<RunState> states) {
        if (!states.contains(state)) {
            throw new ConflictException(request.kind() + " is refused: run " + request.runId() + " is " + state
                    + ", not " + states.stream().map(RunState::name).collect(Collectors.joining(" or ")));
        }
    }

    private static Control insert(Handle handle, NewControl request, Control.State state, Optional<UUID> execution) {
        Control written = handle.createQuery("""
                        insert into control (run_id, kind, value, request_id, requested_by, state, decided_at,
                                             stage_execution_id)
                        values (:run, :kind, cast(:value as jsonb), :requestId, :requestedBy, :state,
                                case when :state <> 'REQUESTED' then clock_timestamp() end, :execution)
                        returning
                        """ + COLUMNS)
                .bind("run", request.runId())
                .bind("kind", request.kind())
                .bind("value", text(request.value()))
                .bind("requestId", request.requestId().orElse(null))
                .bind("requestedBy", request.requestedBy().orElse(null))
                .bind("state", state.name())
                .bindByType("execution", execution.orElse(null), UUID.class)
                .map(ControlStore::control)
                .one();
        String value = request.value().map(given -> " " + given).orElse("");
        event(handle, written, Optional.empty(), request.kind() + value + " was asked for");
        return written;
    }

    private static List<Control> openPauses(Handle handle, UUID runId) {
        return handle.createQuery("select " + COLUMNS + """
                         from control
                        where run_id = :run and state = 'REQUESTED' and kind = :pause order by id""")
                .bind("run", runId)
                .bind("pause", PAUSE)
                .map(ControlStore::control)
                .list();
    }

    /** The open requests that whoever works on a stage has to look at, oldest first. */
    public List<Control> open(StageToken token) {
        return database.inTransaction(handle -> handle.createQuery("select " + COLUMNS + """
                         from control
                        where run_id = :run and state = 'REQUESTED'
                          and (stage_execution_id = :execution or kind = :pause)
                        order by id""")
                .bind("run", token.runId())
                .bind("execution", token.executionId())
                .bind("pause", PAUSE)
                .map(ControlStore::control)
                .list());
    }

    /**
     * Lets the run wait, if that was asked for, before a stage begins.
     *
     * @return whether the run waits now
     */
    public boolean pauseIfAsked(UUID runId) {
        return database.inTransaction(handle -> {
            RunState state = lockRun(handle, runId);
            List<Control> pauses = openPauses(handle, runId);
            if (state == RunState.RUNNING && !pauses.isEmpty()) {
                pauses.forEach(pause -> decide(handle, pause.id(), Control.State.APPLIED, Optional.empty()));
                RunStore.transition(handle, runId, EnumSet.of(state), RunState.PAUSED, Optional.empty());
                return true;
            }
            return state == RunState.PAUSED;
        });
    }

    /**
     * Lets the run wait in the middle of a stage: its open requests to wait take effect, and its attempt ends.
     *
     * @param step the step after which it waits; empty when the stage has none
     * @throws dev.firn.registry.StaleFenceException when the writer was replaced
     * @throws ConflictException when the run is ending
     */
    public void paused(StageToken token, OptionalLong step) {
        database.useTransaction(handle -> {
            token.require(handle);
            lockRun(handle, token.runId());
            for (Control pause : openPauses(handle, token.runId())) {
                handle.createUpdate("""
                                update control set
                                    state = 'APPLIED', stage_execution_id = :execution, effective_step = :step,
                                    decided_at = clock_timestamp()
                                where id = :id""")
                        .bind("id", pause.id())
                        .bind("execution", token.executionId())
                        .bindByType("step", step.isPresent() ? step.getAsLong() : null, Long.class)
                        .execute();
                event(
                        handle,
                        pause,
                        Optional.of(token.stage()),
                        step.isPresent() ? "pause takes effect after step " + step.getAsLong() : "pause takes effect");
            }
            handle.createUpdate("""
                            update stage_attempt set outcome = 'PAUSED', finished_at = clock_timestamp()
                            where stage_execution_id = :id and fence = :fence""")
                    .bind("id", token.executionId())
                    .bind("fence", token.fence())
                    .execute();
            RunStore.transition(handle, token.runId(), EnumSet.of(RunState.RUNNING), RunState.PAUSED, Optional.empty());
        });
    }

    /**
     * Commits that a request takes effect before a step.
     *
     * @throws dev.firn.registry.StaleFenceException when the writer was replaced
     * @throws ConflictException when the request was decided before, or is another run's
     */
    public Control apply(StageToken token, long id, long step) {
        return database.inTransaction(handle -> {
            token.require(handle);
            Control applied = handle.createQuery("""
                            update control set
                                state = 'APPLIED', stage_execution_id = :execution, effective_step = :step,
                                decided_at = clock_timestamp()
                            where id = :id and run_id = :run and state = 'REQUESTED'
                            returning
                            """ + COLUMNS)
                    .bind("id", id)
                    .bind("run", token.runId())
                    .bind("execution", token.executionId())
                    .bind("step", step)
                    .map(ControlStore::control)
                    .findOne()
                    .orElseThrow(
                            () -> new ConflictException("the request " + id + " is not open for run " + token.runId()));
            event(
                    handle,
                    applied,
                    Optional.of(token.stage()),
                    applied.kind() + " takes effect before step " + (step + 1));
            return applied;
        });
    }

    /** Refuses what is still open for a stage that has ended. */
    public void refuseOpen(StageToken token, String reason) {
        database.useTransaction(handle -> handle.createQuery("""
                        select id from control where stage_execution_id = :execution and state = 'REQUESTED'
                        order by id for update""")
                .bind("execution", token.executionId())
                .mapTo(Long.class)
                .list()
                .forEach(id -> decide(handle, id, Control.State.REFUSED, Optional.of(reason))));
    }

    /** Decides what is still open when a run ends: a request to end it was met, others came too late. */
    public void closeOpen(UUID runId, RunState ended) {
        database.useTransaction(handle -> handle.createQuery("select " + COLUMNS + """
                         from control where run_id = :run and state = 'REQUESTED' order by id for update""")
                .bind("run", runId)
                .map(ControlStore::control)
                .list()
                .forEach(control -> {
                    if (control.kind().equals(CANCEL) && ended == RunState.CANCELLED) {
                        decide(handle, control.id(), Control.State.APPLIED, Optional.empty());
                    } else {
                        decide(
                                handle,
                                control.id(),
                                Control.State.REFUSED,
                                Optional.of("the run had ended before, as " + ended));
                    }
                }));
    }

    private static void decide(Handle handle, long id, Control.State state, Optional<String> reason) {
        Control decided = handle.createQuery("""
                        update control set state = :state, reason = :reason, decided_at = clock_timestamp()
                        where id = :id and state = 'REQUESTED'
                        returning
                        """ + COLUMNS)
                .bind("id", id)
                .bind("state", state.name())
                .bind("reason", reason.orElse(null))
                .map(ControlStore::control)
                .findOne()
                .orElseThrow(() -> new ConflictException("the request " + id + " is not open"));
        event(
                handle,
                decided,
                Optional.empty(),
                reason.map(why -> decided.kind() + " was refused: " + why)
                        .orElseGet(() -> decided.kind() + " took effect"));
    }

    /**
     * What took effect between the steps of a stage execution, by step, then by request: what a resumed attempt replays.
     */
    public List<Control> appliedTo(UUID executionId) {
        return database.inTransaction(handle -> handle.createQuery("select " + COLUMNS + """
                         from control
                        where stage_execution_id = :execution and state = 'APPLIED' and effective_step is not null
                          and kind <> :pause
                        order by effective_step, id""")
                .bind("execution", executionId)
                .bind("pause", PAUSE)
                .map(ControlStore::control)
                .list());
    }

    /** The requests of a run, newest first. */
    public Page<Control> list(UUID runId, PageRequest page) {
        return database.inTransaction(handle -> {
            List<Control> rows = handle.createQuery("select " + COLUMNS
                            + " from control where run_id = :run and id < :before order by id desc limit :limit")
                    .bind("run", runId)
                    .bind("before", Cursor.number(page).orElse(Long.MAX_VALUE))
                    .bind("limit", page.limit() + 1)
                    .map(ControlStore::control)
                    .list();
            return Page.of(rows, page.limit(), control -> Cursor.of(control.id()));
        });
    }

    private static void event(Handle handle, Control control, Optional<String> stage, String message) {
        ObjectNode data = JsonNodeFactory.instance
                .objectNode()
                .put("id", control.id())
                .put("kind", control.kind())
                .put("state", control.state().name());
        control.value().ifPresent(value -> data.set("value", value));
        control.effectiveStep().ifPresent(step -> data.put("step", step));
        EventStore.append(handle, control.runId(), stage, "control", message, data);
    }

    private static Control control(ResultSet row, StatementContext context) throws SQLException {
        return new Control(
                row.getLong("id"),
                Columns.id(row, "run_id"),
                row.getString("kind"),
                Columns.optionalDocument(row, "value"),
                Columns.optionalText(row, "requested_by"),
                Columns.instant(row, "requested_at"),
                Control.State.valueOf(row.getString("state")),
                Columns.optionalText(row, "reason"),
                Columns.optionalId(row, "stage_execution_id"),
                Columns.optionalLong(row, "effective_step"),
                Columns.optionalInstant(row, "decided_at"));
    }
}
