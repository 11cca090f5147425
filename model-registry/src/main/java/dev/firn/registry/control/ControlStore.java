package dev.firn.registry.control;

import static dev.firn.registry.Columns.text;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** The requests to runs. */
public final class ControlStore {
    private static final String COLUMNS = """
            id, run_id, kind, value, requested_by, requested_at, state, reason, stage_execution_id, effective_step,
            decided_at
            """;

    private final RegistryDatabase database;

    public ControlStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Writes a request.
     *
     * @param requestId when given, the same request of the same run is written once
     * @throws NotFoundException when there is no such run
     */
    public Control request(
            UUID runId,
            String kind,
            Optional<JsonNode> value,
            Optional<String> requestedBy,
            Optional<String> requestId) {
        return database.inTransaction(handle -> {
            if (handle.createQuery("select 1 from run where id = :run for key share")
                    .bind("run", runId)
                    .mapTo(Integer.class)
                    .findOne()
                    .isEmpty()) {
                throw new NotFoundException("there is no run " + runId);
            }
            Optional<Control> written = handle.createQuery("""
                            insert into control (run_id, kind, value, request_id, requested_by)
                            values (:run, :kind, cast(:value as jsonb), :requestId, :requestedBy)
                            on conflict on constraint control_request do nothing
                            returning
                            """ + COLUMNS)
                    .bind("run", runId)
                    .bind("kind", kind)
                    .bind("value", text(value))
                    .bind("requestId", requestId.orElse(null))
                    .bind("requestedBy", requestedBy.orElse(null))
                    .map(ControlStore::control)
                    .findOne();
            if (written.isEmpty()) {
                return handle.createQuery(
                                "select " + COLUMNS + " from control where run_id = :run and request_id = :requestId")
                        .bind("run", runId)
                        .bind("requestId", requestId.orElseThrow())
                        .map(ControlStore::control)
                        .one();
            }
            event(handle, written.get(), Optional.empty(), kind + " was asked for");
            return written.get();
        });
    }

    /** The open requests of the run, oldest first. */
    public List<Control> pending(UUID runId) {
        return database.inTransaction(handle -> handle.createQuery(
                        "select " + COLUMNS + " from control where run_id = :run and state = 'REQUESTED' order by id")
                .bind("run", runId)
                .map(ControlStore::control)
                .list());
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

    /**
     * Decides a request outside a train stage: applied, with no step.
     *
     * @throws ConflictException when the request was decided before
     */
    public Control apply(long id) {
        return decide(id, Control.State.APPLIED, Optional.empty());
    }

    /**
     * Refuses a request.
     *
     * @throws ConflictException when the request was decided before
     */
    public Control refuse(long id, String reason) {
        return decide(id, Control.State.REFUSED, Optional.of(reason));
    }

    private Control decide(long id, Control.State state, Optional<String> reason) {
        return database.inTransaction(handle -> {
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
            return decided;
        });
    }

    /** What took effect in a stage execution, in the order of the requests: what a resumed attempt replays. */
    public List<Control> appliedTo(UUID executionId) {
        return database.inTransaction(handle -> handle.createQuery(
                        "select " + COLUMNS + " from control where stage_execution_id = :execution order by id")
                .bind("execution", executionId)
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
