package dev.firn.registry.run;

import static dev.firn.registry.Columns.text;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.registry.Columns;
import dev.firn.registry.ConflictException;
import dev.firn.registry.Cursor;
import dev.firn.registry.Idempotency;
import dev.firn.registry.Identifiers;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.StageToken;
import dev.firn.registry.event.EventStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;

/** The runs. */
public final class RunStore {
    private static final String COLUMNS = """
            id, name, state, priority, workflow_id, fingerprint, failure, result, parent_checkpoint, requested_by,
            created_at, started_at, finished_at
            """;

    private final RegistryDatabase database;

    public RunStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Creates a run in state {@code QUEUED}, its stages in state {@code PENDING} and its first event, all or nothing.
     *
     * @throws ConflictException when the idempotency key was used with another body
     * @throws NotFoundException when the parent checkpoint does not exist
     */
    public CreatedRun create(NewRun request) {
        return database.inTransaction(handle -> {
            request.parentCheckpoint().ifPresent(checkpoint -> requireCheckpoint(handle, checkpoint));
            UUID id = Identifiers.next();
            Optional<Run> created = Idempotency.bind(handle.createQuery("""
                            insert into run (id, name, state, priority, workflow_id, specification, parent_checkpoint,
                                             idempotency_key, body_digest, requested_by)
                            values (:id, :name, 'QUEUED', :priority, :workflowId, cast(:specification as jsonb),
                                    :parentCheckpoint, :idempotencyKey, :bodyDigest, :requestedBy)
                            on conflict on constraint run_idempotency_key do nothing
                            returning
                            """ + COLUMNS), request.idempotency())
                    .bind("id", id)
                    .bind("name", request.name())
                    .bind("priority", request.priority())
                    .bind("workflowId", "run-" + id)
                    .bind("specification", text(request.specification()))
                    .bindByType("parentCheckpoint", request.parentCheckpoint().orElse(null), UUID.class)
                    .bind("requestedBy", request.requestedBy().orElse(null))
                    .map(RunStore::run)
                    .findOne();
            if (created.isEmpty()) {
                return new CreatedRun(
                        find(handle, request.idempotency().orElseThrow().earlier(handle, "run"))
                                .orElseThrow(),
                        false);
            }
            insertStages(handle, id, request.stages());
            EventStore.append(
                    handle,
                    id,
                    Optional.empty(),
                    "run",
                    "accepted",
                    JsonNodeFactory.instance.objectNode().put("state", RunState.QUEUED.name()));
            return new CreatedRun(created.get(), true);
        });
    }

    private static void requireCheckpoint(Handle handle, UUID checkpoint) {
        if (handle.createQuery("select 1 from checkpoint where id = :id for key share")
                .bind("id", checkpoint)
                .mapTo(Integer.class)
                .findOne()
                .isEmpty()) {
            throw new NotFoundException("there is no checkpoint " + checkpoint);
        }
    }

    private static void insertStages(Handle handle, UUID runId, List<NewRun.NewStage> stages) {
        if (stages.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch("""
                insert into stage_execution (id, run_id, stage, position, state, stage_key, planned_key)
                values (:id, :runId, :stage, :position, 'PENDING', :key, :key)""");
        for (int position = 0; position < stages.size(); position++) {
            NewRun.NewStage stage = stages.get(position);
            batch.bind("id", Identifiers.next())
                    .bind("runId", runId)
                    .bind("stage", stage.stage())
                    .bind("position", position)
                    .bind("key", stage.key().orElse(null))
                    .add();
        }
        batch.execute();
        for (NewRun.NewStage stage : stages) {
            stage.source()
                    .ifPresent(source -> StageStore.reuse(
                            handle,
                            runId,
                            stage.stage(),
                            stage.key().orElseThrow(),
                            source,
                            "the checkpoint that the run goes on from was made of it"));
        }
    }

    /** The run, if there is one with this id. */
    public Optional<Run> find(UUID id) {
        return database.inTransaction(handle -> find(handle, id));
    }

    private static Optional<Run> find(Handle handle, UUID id) {
        return handle.createQuery("select " + COLUMNS + " from run where id = :id")
                .bind("id", id)
                .map(RunStore::run)
                .findOne();
    }

    /**
     * The run.
     *
     * @throws NotFoundException when there is none with this id
     */
    public Run get(UUID id) {
        return find(id).orElseThrow(() -> missing(id));
    }

    /**
     * The run's resolved specification.
     *
     * @throws NotFoundException when there is no such run
     */
    public JsonNode specification(UUID id) {
        return database.inTransaction(handle -> handle.createQuery("select specification from run where id = :id")
                .bind("id", id)
                .map((row, context) -> Columns.document(row, "specification"))
                .findOne()
                .orElseThrow(() -> missing(id)));
    }

    /** The runs, newest first. */
    public Page<Run> list(RunFilter filter, PageRequest page) {
        return database.inTransaction(handle -> {
            Optional<UUID> before = Cursor.id(page);
            String conditions = (filter.name().isPresent() ? " and name = :name" : "")
                    + (filter.part().isPresent() ? " and lower(name) like '%' || lower(:part) || '%'" : "")
                    + (before.isPresent() ? " and id < :before" : "")
                    + " order by id desc limit :limit";
            // The newest of each state are found by the index, and merged; of several states at once none are in order
            String sql = filter.states().isEmpty()
                    ? "select " + COLUMNS + " from run where true" + conditions
                    : "select " + COLUMNS + """
                             from unnest(cast(:states as text[])) as s (wanted)
                            cross join lateral (select * from run where state = s.wanted""" + conditions + ") r order by id desc limit :limit";
            List<Run> rows = handle.createQuery(sql)
                    .configure(SqlStatements.class, statements -> statements.setUnusedBindingAllowed(true))
                    .bindArray(
                            "states",
                            String.class,
                            filter.states().stream().map(RunState::name).toList())
                    .bind("name", filter.name().orElse(null))
                    .bind("part", filter.part().map(RunStore::literally).orElse(null))
                    .bindByType("before", before.orElse(null), UUID.class)
                    .bind("limit", page.limit() + 1)
                    .map(RunStore::run)
                    .list();
            return Page.of(rows, page.limit(), run -> Cursor.of(run.id()));
        });
    }

    /** A pattern that matches this text alone. */
    private static String literally(String text) {
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    }

    /** The runs that have not ended, oldest first: what reconciliation goes through. */
    public Page<Run> unfinished(PageRequest page) {
        return database.inTransaction(handle -> {
            List<Run> rows = handle.createQuery("select " + COLUMNS + """
                                     from run
                                    where state in ('QUEUED', 'RUNNING', 'PAUSED', 'STOPPING') and id > :after
                                    order by id limit :limit""")
                    .bind("after", Cursor.id(page).orElse(new UUID(0, 0)))
                    .bind("limit", page.limit() + 1)
                    .map(RunStore::run)
                    .list();
            return Page.of(rows, page.limit(), run -> Cursor.of(run.id()));
        });
    }

    /** The names of runs; one that does not exist is missing. */
    public Map<UUID, String> names(Collection<UUID> runs) {
        return database.inTransaction(handle -> handle.createQuery("select id, name from run where id = any(:runs)")
                .bindArray("runs", UUID.class, List.copyOf(runs))
                .reduceRows(new HashMap<>(), (names, row) -> {
                    names.put(row.getColumn("id", UUID.class), row.getColumn("name", String.class));
                    return names;
                }));
    }

    /** The runs that were forked from a checkpoint, newest first, at most so many. */
    public List<Run> forkedFrom(UUID checkpoint, int limit) {
        return some("where parent_checkpoint = :id", checkpoint, limit);
    }

    /** The runs that were forked from any checkpoint of a run, newest first, at most so many. */
    public List<Run> forksOf(UUID run, int limit) {
        return some("where parent_checkpoint in (select c.id from checkpoint c where c.run_id = :id)", run, limit);
    }

    /** The runs that have the outputs of stages of a run, newest first, at most so many. */
    public List<Run> reusersOf(UUID run, int limit) {
        return some("""
                where id <> :id and id in
                    (select s.run_id from stage_execution s join stage_execution o on o.id = s.reused_from
                     where o.run_id = :id)""", run, limit);
    }

    private List<Run> some(String condition, UUID id, int limit) {
        return database.inTransaction(handle -> handle.createQuery(
                        "select " + COLUMNS + " from run " + condition + " order by id desc limit :limit")
                .bind("id", id)
                .bind("limit", limit)
                .map(RunStore::run)
                .list());
    }

    /** How many runs are in each state; a state without runs is missing. */
    public Map<RunState, Long> countByState() {
        return database.inTransaction(handle -> handle.createQuery(
                        "select state, count(*) as runs from run group by state")
                .reduceRows(new EnumMap<>(RunState.class), (counts, row) -> {
                    counts.put(
                            RunState.valueOf(row.getColumn("state", String.class)), row.getColumn("runs", Long.class));
                    return counts;
                }));
    }

    /** The runs that wait to start, by priority, then age. */
    public List<Run> waiting(int limit) {
        return database.inTransaction(handle -> handle.createQuery("select " + COLUMNS
                        + " from run where state = 'QUEUED' order by priority desc, id limit :limit")
                .bind("limit", limit)
                .map(RunStore::run)
                .list());
    }

    /**
     * Moves the run to another state and records the event. Entering {@code RUNNING} for the first time sets when it
     * started, an end when it finished; leaving an end (a retry) clears finish and failure.
     *
     * @param from the states it may be in; when it is in {@code to} already, nothing happens
     * @param failure kept with the run when {@code to} is {@code FAILED}
     * @return the run as it then is
     * @throws ConflictException when the run is in another state
     * @throws NotFoundException when there is no such run
     */
    public Run transition(UUID id, Set<RunState> from, RunState to, Optional<JsonNode> failure) {
        return database.inTransaction(handle -> transition(handle, id, from, to, failure));
    }

    /**
     * Moves the run to another state in the caller's transaction, as {@link #transition(UUID, Set, RunState, Optional)} does.
     */
    public static Run transition(Handle handle, UUID id, Set<RunState> from, RunState to, Optional<JsonNode> failure) {
        Optional<Run> moved = handle.createQuery("""
                        update run set
                            state = :to,
                            started_at = case when :to = 'RUNNING' then coalesce(started_at, now()) else started_at end,
                            finished_at = case when :ended then now() end,
                            failure = cast(:failure as jsonb)
                        where id = :id and state = any(:from) and state <> :to
                        returning
                        """ + COLUMNS)
                .bind("id", id)
                .bind("to", to.name())
                .bind("ended", to.ended())
                .bindArray(
                        "from", String.class, from.stream().map(RunState::name).toList())
                .bind("failure", to == RunState.FAILED ? text(failure) : null)
                .map(RunStore::run)
                .findOne();
        if (moved.isEmpty()) {
            Run present = find(handle, id).orElseThrow(() -> missing(id));
            if (present.state() == to) {
                return present;
            }
            throw new ConflictException("run " + id + " is " + present.state() + "; only a run that is "
                    + from.stream()
                            .sorted()
                            .map(RunState::name)
                            .reduce((a, b) -> a + " or " + b)
                            .orElse("")
                    + " can become " + to);
        }
        EventStore.append(
                handle,
                id,
                Optional.empty(),
                "run",
                to.name().toLowerCase(java.util.Locale.ROOT),
                failure.<JsonNode>map(reason -> JsonNodeFactory.instance
                                .objectNode()
                                .put("state", to.name())
                                .set("failure", reason))
                        .orElseGet(() -> JsonNodeFactory.instance.objectNode().put("state", to.name())));
        return moved.get();
    }

    /** Keeps the numerics that the run began with. */
    public void setFingerprint(UUID id, JsonNode fingerprint) {
        update("update run set fingerprint = cast(:document as jsonb) where id = :id", id, fingerprint);
    }

    /**
     * Keeps what came out of the run.
     *
     * @throws dev.firn.registry.StaleFenceException when the writer was replaced
     */
    public void setResult(StageToken token, JsonNode result) {
        database.useTransaction(handle -> {
            token.require(handle);
            handle.createUpdate("update run set result = cast(:document as jsonb) where id = :id")
                    .bind("id", token.runId())
                    .bind("document", text(result))
                    .execute();
        });
    }

    /** Changes where the run stands among those that wait. */
    public void setPriority(UUID id, int priority) {
        database.useTransaction(handle -> {
            int changed = handle.createUpdate("update run set priority = :priority where id = :id")
                    .bind("id", id)
                    .bind("priority", priority)
                    .execute();
            if (changed == 0) {
                throw missing(id);
            }
        });
    }

    private void update(String sql, UUID id, JsonNode document) {
        database.useTransaction(handle -> {
            int changed = handle.createUpdate(sql)
                    .bind("id", id)
                    .bind("document", text(document))
                    .execute();
            if (changed == 0) {
                throw missing(id);
            }
        });
    }

    private static NotFoundException missing(UUID id) {
        return new NotFoundException("there is no run " + id);
    }

    private static Run run(ResultSet row, StatementContext context) throws SQLException {
        return new Run(
                Columns.id(row, "id"),
                row.getString("name"),
                RunState.valueOf(row.getString("state")),
                row.getInt("priority"),
                row.getString("workflow_id"),
                Columns.optionalDocument(row, "fingerprint"),
                Columns.optionalDocument(row, "failure"),
                Columns.optionalDocument(row, "result"),
                Columns.optionalId(row, "parent_checkpoint"),
                Columns.optionalText(row, "requested_by"),
                Columns.instant(row, "created_at"),
                Columns.optionalInstant(row, "started_at"),
                Columns.optionalInstant(row, "finished_at"));
    }
}
