package dev.firn.registry.run;

import static dev.firn.registry.Columns.text;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.registry.Columns;
import dev.firn.registry.ConflictException;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.StageToken;
import dev.firn.registry.StaleFenceException;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.event.EventStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.StatementContext;

/** The executions of stages, and the attempts at them. */
public final class StageStore {
    private static final String SELECT = """
            select s.id, s.run_id, s.stage, s.position, s.state, s.stage_key, s.planned_key, s.fence, s.reused_from, s.reason,
                   s.progress, s.failure, s.started_at, s.finished_at,
                   (select o.run_id from stage_execution o where o.id = s.reused_from) as reused_from_run,
                   (select count(*) from stage_attempt a where a.stage_execution_id = s.id) as attempts,
                   h.shards, h.shards_done, h.shard_workers, h.shard_seconds
            from stage_execution s, lateral (
                select count(*) as shards, count(finished_at) as shards_done, count(distinct worker) as shard_workers,
                       coalesce(sum(extract(epoch from finished_at - started_at)), 0) as shard_seconds
                from stage_shard h where h.stage_execution_id = s.id) h
            """;

    private final RegistryDatabase database;

    public StageStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Begins the stage, or takes it over from an attempt that is thought dead: moves the fence on, opens an attempt,
     * closes an attempt still open, and gives the right to write. Whoever held that right before has lost it.
     *
     * @param worker who begins
     * @param fingerprint the numerics of the worker, for stages that compute
     * @throws ConflictException when the stage or its run has ended, or the run waits
     * @throws NotFoundException when the run has no such stage
     */
    public StageToken begin(UUID runId, String stage, String stageKey, String worker, Optional<JsonNode> fingerprint) {
        return database.inTransaction(handle -> {
            StageToken token = handle.createQuery("""
                            update stage_execution set
                                fence = fence + 1,
                                state = 'RUNNING',
                                stage_key = :key,
                                failure = null,
                                started_at = coalesce(started_at, now())
                            where run_id = :runId and stage = :stage and state in ('PENDING', 'RUNNING')
                            returning id, fence""")
                    .bind("runId", runId)
                    .bind("stage", stage)
                    .bind("key", stageKey)
                    .map((row, context) -> new StageToken(Columns.id(row, "id"), runId, stage, row.getLong("fence")))
                    .findOne()
                    .orElseThrow(() -> refused(handle, runId, stage, "begin"));
            RunState runState = handle.createQuery("select state from run where id = :id for share")
                    .bind("id", runId)
                    .mapTo(RunState.class)
                    .findOne()
                    .orElseThrow(() -> new NotFoundException("there is no run " + runId));
            if (runState.ended() || runState == RunState.PAUSED) {
                throw new ConflictException("stage " + stage + " cannot begin: run " + runId + " is " + runState);
            }
            closeAttempts(handle, token.executionId(), StageAttempt.Outcome.SUPERSEDED, Optional.empty());
            handle.createUpdate("""
                            insert into stage_attempt (stage_execution_id, fence, worker, fingerprint)
                            values (:id, :fence, :worker, cast(:fingerprint as jsonb))""")
                    .bind("id", token.executionId())
                    .bind("fence", token.fence())
                    .bind("worker", worker)
                    .bind("fingerprint", text(fingerprint))
                    .execute();
            event(handle, runId, stage, StageState.RUNNING, state -> state.put("attempt", token.fence()));
            return token;
        });
    }

    /** Records that the attempt goes on from a checkpoint. */
    public void resumed(StageToken token, UUID checkpoint, long step) {
        database.useTransaction(handle -> {
            token.require(handle);
            handle.createUpdate("""
                            update stage_attempt set resumed_from = :checkpoint, resumed_step = :step
                            where stage_execution_id = :id and fence = :fence""")
                    .bind("id", token.executionId())
                    .bind("fence", token.fence())
                    .bind("checkpoint", checkpoint)
                    .bind("step", step)
                    .execute();
            EventStore.append(
                    handle,
                    token.runId(),
                    Optional.of(token.stage()),
                    "log",
                    "goes on from the checkpoint of step " + step,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("checkpoint", checkpoint.toString())
                            .put("step", step));
        });
    }

    /**
     * Writes how far the stage is. Meant to be called about once a second.
     *
     * @throws StaleFenceException when the writer was replaced
     */
    public void progress(StageToken token, JsonNode progress) {
        database.useTransaction(handle -> {
            int changed = handle.createUpdate("""
                            update stage_execution set progress = cast(:progress as jsonb)
                            where id = :id and fence = :fence and state = 'RUNNING'""")
                    .bind("id", token.executionId())
                    .bind("fence", token.fence())
                    .bind("progress", text(progress))
                    .execute();
            if (changed == 0) {
                throw new StaleFenceException(token);
            }
        });
    }

    /**
     * Ends the stage with its outputs. Doing so again with the same token changes nothing.
     *
     * @throws StaleFenceException when the writer was replaced
     */
    public StageExecution finish(StageToken token, List<StageOutput> outputs) {
        return finish(token, Optional.empty(), outputs);
    }

    /**
     * Ends the stage with its outputs, as {@link #finish(StageToken, List)} does, under another key than the one it began with.
     *
     * @param stageKey the key of what was computed, where that turned out while it was
     */
    public StageExecution finish(StageToken token, Optional<String> stageKey, List<StageOutput> outputs) {
        return database.inTransaction(handle -> {
            StageExecution present = lock(handle, token.executionId());
            if (present.state() == StageState.SUCCEEDED && present.fence() == token.fence()) {
                return present;
            }
            token.require(handle);
            PreparedBatch batch = handle.prepareBatch(
                    "insert into stage_output (stage_execution_id, name, artifact) values (:id, :name, :artifact)");
            for (StageOutput output : outputs) {
                batch.bind("id", token.executionId())
                        .bind("name", output.name())
                        .bind("artifact", output.artifact().digest())
                        .add();
            }
            if (!outputs.isEmpty()) {
                batch.execute();
            }
            stageKey.ifPresent(key -> handle.createUpdate("update stage_execution set stage_key = :key where id = :id")
                    .bind("key", key)
                    .bind("id", token.executionId())
                    .execute());
            end(handle, token.executionId(), StageState.SUCCEEDED, Optional.empty(), Optional.empty());
            closeAttempts(handle, token.executionId(), StageAttempt.Outcome.SUCCEEDED, Optional.empty());
            ShardStore.release(handle, token.executionId());
            event(handle, token.runId(), token.stage(), StageState.SUCCEEDED, state -> {
                ObjectNode artifacts = state.putObject("artifacts");
                outputs.forEach(output ->
                        artifacts.put(output.name(), output.artifact().digest().hex()));
            });
            return load(handle, token.executionId());
        });
    }

    /**
     * Closes the attempt with a fault; the stage stays {@code RUNNING} for the next attempt.
     *
     * @throws StaleFenceException when the writer was replaced
     */
    public void failAttempt(StageToken token, JsonNode failure) {
        database.useTransaction(handle -> {
            token.require(handle);
            closeAttempts(handle, token.executionId(), StageAttempt.Outcome.FAILED, Optional.of(failure));
            EventStore.append(
                    handle,
                    token.runId(),
                    Optional.of(token.stage()),
                    "log",
                    "attempt " + token.fence() + " failed: " + message(failure),
                    JsonNodeFactory.instance.objectNode().set("failure", failure));
        });
    }

    /**
     * Ends the stage with a fault, whoever works on it: the fence moves on. A stage that has ended stays as it is.
     *
     * @throws NotFoundException when the run has no such stage
     */
    public StageExecution fail(UUID runId, String stage, JsonNode failure) {
        return stop(runId, stage, StageState.FAILED, Optional.of(failure));
    }

    /**
     * Ends the stage because somebody asked for it, whoever works on it: the fence moves on. A stage that has ended
     * stays as it is.
     *
     * @throws NotFoundException when the run has no such stage
     */
    public StageExecution cancel(UUID runId, String stage) {
        return stop(runId, stage, StageState.CANCELLED, Optional.empty());
    }

    private StageExecution stop(UUID runId, String stage, StageState to, Optional<JsonNode> failure) {
        return database.inTransaction(handle -> {
            UUID id = find(handle, runId, stage)
                    .orElseThrow(() -> missing(runId, stage))
                    .id();
            StageExecution present = lock(handle, id);
            return switch (present.state()) {
                case REUSED, SUCCEEDED, FAILED, CANCELLED -> present;
                case PENDING, RUNNING -> {
                    handle.createUpdate("update stage_execution set fence = fence + 1 where id = :id")
                            .bind("id", id)
                            .execute();
                    end(handle, id, to, failure, Optional.empty());
                    closeAttempts(
                            handle,
                            id,
                            to == StageState.FAILED ? StageAttempt.Outcome.FAILED : StageAttempt.Outcome.CANCELLED,
                            failure);
                    event(handle, runId, stage, to, state -> failure.ifPresent(why -> state.set("failure", why)));
                    yield load(handle, id);
                }
            };
        });
    }

    /** Ends every stage of the run that has not ended: what is left when a run is cancelled or fails. */
    public void cancelUnfinished(UUID runId) {
        for (StageExecution execution : ofRun(runId)) {
            if (execution.state() == StageState.PENDING || execution.state() == StageState.RUNNING) {
                cancel(runId, execution.stage());
            }
        }
    }

    /**
     * Makes the stages of a run that failed or were cancelled wait again, in the caller's transaction. Their checkpoints and what
     * steered them stay.
     */
    public static void reset(Handle transaction, UUID runId) {
        transaction
                .createQuery("""
                        update stage_execution set
                            fence = fence + 1, state = 'PENDING', stage_key = planned_key, failure = null,
                            finished_at = null, reason = null
                        where run_id = :runId and state in ('FAILED', 'CANCELLED')
                        returning stage""")
                .bind("runId", runId)
                .mapTo(String.class)
                .list()
                .forEach(stage -> event(transaction, runId, stage, StageState.PENDING, state -> {}));
    }

    /**
     * A finished execution with this key whose outputs are all there; the newest, when there are several.
     *
     * <p>An output is not there when its manifest or one of its files was found corrupt and not written again.
     */
    public Optional<StageExecution> findReusable(String stageKey) {
        return database.inTransaction(handle -> handle.createQuery(SELECT + """
                        where s.stage_key = :key and s.state = 'SUCCEEDED' and not exists (
                            select 1 from stage_output o join blob b on b.digest = o.artifact
                            where o.stage_execution_id = s.id and b.state <> 'STORED')
                        and not exists (
                            select 1 from stage_output o
                            join artifact_file f on f.artifact = o.artifact
                            join blob b on b.digest = f.digest
                            where o.stage_execution_id = s.id and b.state <> 'STORED')
                        order by s.id desc limit 1""")
                .bind("key", stageKey)
                .map(StageStore::execution)
                .findOne()
                .map(execution -> withOutputs(handle, List.of(execution)).getFirst()));
    }

    /**
     * Ends a stage that has not begun with the outputs of a finished execution.
     *
     * @param source a finished execution, as {@link #findReusable} gives it
     * @param reason why, for people
     * @throws ConflictException when the stage has begun, or the source is not finished
     */
    public StageExecution reuse(UUID runId, String stage, String stageKey, UUID source, String reason) {
        return database.inTransaction(handle -> reuse(handle, runId, stage, stageKey, source, reason));
    }

    /** Does in the caller's transaction what {@link #reuse(UUID, String, String, UUID, String)} does. */
    static StageExecution reuse(Handle handle, UUID runId, String stage, String stageKey, UUID source, String reason) {
        boolean finished = handle.createQuery(
                        "select 1 from stage_execution where id = :id and state = 'SUCCEEDED' for share")
                .bind("id", source)
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
        if (!finished) {
            throw new ConflictException("the execution " + source + " is not finished; it cannot be reused");
        }
        Optional<UUID> moved = handle.createQuery("""
                            update stage_execution set
                                fence = fence + 1, state = 'REUSED', stage_key = :key, reused_from = :source,
                                reason = :reason, started_at = now(), finished_at = now()
                            where run_id = :runId and stage = :stage and state = 'PENDING' and id <> :source
                            returning id""")
                .bind("runId", runId)
                .bind("stage", stage)
                .bind("key", stageKey)
                .bind("source", source)
                .bind("reason", reason)
                .mapTo(UUID.class)
                .findOne();
        if (moved.isEmpty()) {
            StageExecution present = find(handle, runId, stage).orElseThrow(() -> missing(runId, stage));
            if (present.state() == StageState.REUSED && present.reusedFrom().equals(Optional.of(source))) {
                return withOutputs(handle, List.of(present)).getFirst();
            }
            throw refused(handle, runId, stage, "be reused");
        }
        handle.createUpdate("""
                            insert into stage_output (stage_execution_id, name, artifact)
                            select :id, name, artifact from stage_output where stage_execution_id = :source""").bind("id", moved.get()).bind("source", source).execute();
        event(
                handle,
                runId,
                stage,
                StageState.REUSED,
                state -> state.put("reason", reason).put("reusedFrom", source.toString()));
        return load(handle, moved.get());
    }

    /** The run's stages in their order. */
    public List<StageExecution> ofRun(UUID runId) {
        return ofRuns(List.of(runId)).getOrDefault(runId, List.of());
    }

    /** The stages of several runs, each run's in their order. */
    public Map<UUID, List<StageExecution>> ofRuns(Collection<UUID> runIds) {
        return database.inTransaction(handle -> {
            List<StageExecution> rows = handle.createQuery(
                            SELECT + " where s.run_id = any(:runIds) order by s.run_id, s.position")
                    .bindArray("runIds", UUID.class, List.copyOf(runIds))
                    .map(StageStore::execution)
                    .list();
            Map<UUID, List<StageExecution>> result = new LinkedHashMap<>();
            for (StageExecution execution : withOutputs(handle, rows)) {
                result.computeIfAbsent(execution.runId(), id -> new ArrayList<>())
                        .add(execution);
            }
            return result;
        });
    }

    /**
     * The execution of a stage for a run.
     *
     * @throws NotFoundException when the run has no such stage
     */
    public StageExecution get(UUID runId, String stage) {
        return database.inTransaction(handle -> find(handle, runId, stage)
                .map(execution -> withOutputs(handle, List.of(execution)).getFirst())
                .orElseThrow(() -> missing(runId, stage)));
    }

    /** The attempts at a stage, oldest first. */
    public List<StageAttempt> attempts(UUID executionId) {
        return database.inTransaction(handle -> handle.createQuery("""
                        select fence, worker, fingerprint, outcome, failure, resumed_from, resumed_step, started_at,
                               finished_at
                        from stage_attempt where stage_execution_id = :id order by fence""")
                .bind("id", executionId)
                .map((row, context) -> new StageAttempt(
                        row.getLong("fence"),
                        row.getString("worker"),
                        Columns.optionalDocument(row, "fingerprint"),
                        StageAttempt.Outcome.valueOf(row.getString("outcome")),
                        Columns.optionalDocument(row, "failure"),
                        Columns.optionalId(row, "resumed_from"),
                        Columns.optionalLong(row, "resumed_step"),
                        Columns.instant(row, "started_at"),
                        Columns.optionalInstant(row, "finished_at")))
                .list());
    }

    private static Optional<StageExecution> find(Handle handle, UUID runId, String stage) {
        return handle.createQuery(SELECT + " where s.run_id = :runId and s.stage = :stage")
                .bind("runId", runId)
                .bind("stage", stage)
                .map(StageStore::execution)
                .findOne();
    }

    private static StageExecution lock(Handle handle, UUID id) {
        if (handle.createQuery("select 1 from stage_execution where id = :id for no key update")
                .bind("id", id)
                .mapTo(Integer.class)
                .findOne()
                .isEmpty()) {
            throw new NotFoundException("there is no stage execution " + id);
        }
        return load(handle, id);
    }

    private static StageExecution load(Handle handle, UUID id) {
        StageExecution execution = handle.createQuery(SELECT + " where s.id = :id")
                .bind("id", id)
                .map(StageStore::execution)
                .one();
        return withOutputs(handle, List.of(execution)).getFirst();
    }

    private static void end(
            Handle handle, UUID id, StageState state, Optional<JsonNode> failure, Optional<String> reason) {
        handle.createUpdate("""
                        update stage_execution set
                            state = :state, failure = cast(:failure as jsonb), reason = :reason, finished_at = now()
                        where id = :id""")
                .bind("id", id)
                .bind("state", state.name())
                .bind("failure", text(failure))
                .bind("reason", reason.orElse(null))
                .execute();
    }

    private static void closeAttempts(
            Handle handle, UUID id, StageAttempt.Outcome outcome, Optional<JsonNode> failure) {
        handle.createUpdate("""
                        update stage_attempt set
                            outcome = :outcome, failure = cast(:failure as jsonb), finished_at = clock_timestamp()
                        where stage_execution_id = :id and outcome = 'RUNNING'""")
                .bind("id", id)
                .bind("outcome", outcome.name())
                .bind("failure", text(failure))
                .execute();
    }

    private static void event(
            Handle handle,
            UUID runId,
            String stage,
            StageState state,
            java.util.function.Consumer<ObjectNode> details) {
        ObjectNode data = JsonNodeFactory.instance.objectNode().put("state", state.name());
        details.accept(data);
        EventStore.append(
                handle,
                runId,
                Optional.of(stage),
                "stage",
                stage + " " + state.name().toLowerCase(Locale.ROOT),
                data);
    }

    private static String message(JsonNode failure) {
        return failure.path("message").asText(failure.toString());
    }

    private static ConflictException refused(Handle handle, UUID runId, String stage, String what) {
        StageExecution present = find(handle, runId, stage).orElseThrow(() -> missing(runId, stage));
        return new ConflictException(
                "stage " + stage + " of run " + runId + " is " + present.state() + "; it cannot " + what);
    }

    private static NotFoundException missing(UUID runId, String stage) {
        return new NotFoundException("there is no stage " + stage + " of a run " + runId);
    }

    private static List<StageExecution> withOutputs(Handle handle, List<StageExecution> executions) {
        if (executions.isEmpty()) {
            return executions;
        }
        Map<UUID, List<StageOutput>> outputs = new LinkedHashMap<>();
        handle.createQuery("""
                        select o.stage_execution_id, o.name, o.artifact, a.kind, a.bytes
                        from stage_output o join artifact a on a.digest = o.artifact
                        where o.stage_execution_id = any(:ids)
                        order by o.stage_execution_id, o.name""")
                .bindArray(
                        "ids",
                        UUID.class,
                        executions.stream().map(StageExecution::id).toList())
                .map((row, context) -> {
                    outputs.computeIfAbsent(Columns.id(row, "stage_execution_id"), id -> new ArrayList<>())
                            .add(new StageOutput(
                                    row.getString("name"),
                                    new ArtifactReference(
                                            row.getString("kind"),
                                            Columns.digest(row, "artifact"),
                                            row.getLong("bytes"))));
                    return true;
                })
                .list();
        return executions.stream()
                .map(execution -> new StageExecution(
                        execution.id(),
                        execution.runId(),
                        execution.stage(),
                        execution.position(),
                        execution.state(),
                        execution.key(),
                        execution.plannedKey(),
                        execution.fence(),
                        execution.reusedFrom(),
                        execution.reusedFromRun(),
                        execution.reason(),
                        execution.progress(),
                        execution.failure(),
                        execution.startedAt(),
                        execution.finishedAt(),
                        execution.attempts(),
                        execution.shards(),
                        outputs.getOrDefault(execution.id(), List.of())))
                .toList();
    }

    private static StageExecution execution(ResultSet row, StatementContext context) throws SQLException {
        return new StageExecution(
                Columns.id(row, "id"),
                Columns.id(row, "run_id"),
                row.getString("stage"),
                row.getInt("position"),
                StageState.valueOf(row.getString("state")),
                Columns.optionalText(row, "stage_key"),
                Columns.optionalText(row, "planned_key"),
                row.getLong("fence"),
                Columns.optionalId(row, "reused_from"),
                Columns.optionalId(row, "reused_from_run"),
                Columns.optionalText(row, "reason"),
                Columns.optionalDocument(row, "progress"),
                Columns.optionalDocument(row, "failure"),
                Columns.optionalInstant(row, "started_at"),
                Columns.optionalInstant(row, "finished_at"),
                row.getInt("attempts"),
                row.getInt("shards") == 0
                        ? Optional.empty()
                        : Optional.of(new StageExecution.Shards(
                                row.getInt("shards"),
                                row.getInt("shards_done"),
                                row.getInt("shard_workers"),
                                row.getDouble("shard_seconds"))),
                List.of());
    }
}
