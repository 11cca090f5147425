package dev.firn.registry.checkpoint;

import static dev.firn.registry.Columns.text;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.registry.Columns;
import dev.firn.registry.ConflictException;
import dev.firn.registry.Cursor;
import dev.firn.registry.Digest;
import dev.firn.registry.Identifiers;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.StageToken;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.audit.AuditStore;
import dev.firn.registry.event.EventStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;

/** The checkpoints. */
public final class CheckpointStore {
    private static final String SELECT = """
            select c.id, c.run_id, c.stage_execution_id, c.stage, c.step, c.artifact, a.kind, a.bytes,
                   c.format_version, c.fence, c.fingerprint, c.metrics, c.pinned, c.created_at
            from checkpoint c join artifact a on a.digest = c.artifact
            """;

    private final RegistryDatabase database;

    public CheckpointStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Commits a checkpoint: it exists when this returns. Committing the same bytes for the same step of the same stage
     * execution again gives the checkpoint that is there.
     *
     * @throws dev.firn.registry.StaleFenceException when the writer was replaced
     */
    public Checkpoint commit(StageToken token, NewCheckpoint checkpoint) {
        return database.inTransaction(handle -> {
            token.require(handle);
            Optional<UUID> created = handle.createQuery("""
                            insert into checkpoint (id, run_id, stage_execution_id, stage, step, artifact,
                                                    format_version, fence, fingerprint, metrics)
                            values (:id, :run, :execution, :stage, :step, :artifact,
                                    :formatVersion, :fence, cast(:fingerprint as jsonb), cast(:metrics as jsonb))
                            on conflict on constraint checkpoint_once do nothing
                            returning id""")
                    .bind("id", Identifiers.next())
                    .bind("run", token.runId())
                    .bind("execution", token.executionId())
                    .bind("stage", token.stage())
                    .bind("step", checkpoint.step())
                    .bind("artifact", checkpoint.artifact().digest())
                    .bind("formatVersion", checkpoint.formatVersion())
                    .bind("fence", token.fence())
                    .bind("fingerprint", text(checkpoint.fingerprint()))
                    .bind("metrics", text(checkpoint.metrics()))
                    .mapTo(UUID.class)
                    .findOne();
            if (created.isEmpty()) {
                return handle.createQuery(
                                SELECT
                                        + " where c.stage_execution_id = :execution and c.step = :step and c.artifact = :artifact")
                        .bind("execution", token.executionId())
                        .bind("step", checkpoint.step())
                        .bind("artifact", checkpoint.artifact().digest())
                        .map(CheckpointStore::checkpoint)
                        .one();
            }
            EventStore.append(
                    handle,
                    token.runId(),
                    Optional.of(token.stage()),
                    "checkpoint",
                    "checkpoint of step " + checkpoint.step(),
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("id", created.get().toString())
                            .put("step", checkpoint.step())
                            .put("sha256", checkpoint.artifact().digest().hex())
                            .put("bytes", checkpoint.artifact().bytes()));
            return find(handle, created.get()).orElseThrow();
        });
    }

    /**
     * The checkpoint of a stage execution from which to go on: the one with most steps whose bytes were not found
     * corrupt. When reading it finds them corrupt after all, asking again gives the one before.
     */
    public Optional<Checkpoint> newestUsable(UUID executionId) {
        return database.inTransaction(handle -> handle.createQuery(SELECT + """
                        join blob b on b.digest = c.artifact
                        where c.stage_execution_id = :execution and b.state = 'STORED' and not exists (
                            select 1 from artifact_file f join blob fb on fb.digest = f.digest
                            where f.artifact = c.artifact and fb.state <> 'STORED')
                        order by c.step desc, c.id desc limit 1""")
                .bind("execution", executionId)
                .map(CheckpointStore::checkpoint)
                .findOne());
    }

    /**
     * Removes those checkpoints of the stage execution that the retention does not keep. A pinned one, one from which a
     * run descends, and the newest stay in any case. One whose bytes were found corrupt counts for nothing: it takes no
     * place among the last.
     *
     * @return how many were removed
     * @throws dev.firn.registry.StaleFenceException when the writer was replaced
     */
    public int removeSuperseded(StageToken token, Retention retention) {
        return database.inTransaction(handle -> {
            token.require(handle);
            List<UUID> superseded = handle.createQuery("""
                            with usable as (
                                select c.id, c.step from checkpoint c join blob b on b.digest = c.artifact
                                where c.stage_execution_id = :execution and b.state = 'STORED' and not exists (
                                    select 1 from artifact_file f join blob fb on fb.digest = f.digest
                                    where f.artifact = c.artifact and fb.state <> 'STORED'))
                            select c.id from checkpoint c
                            where c.stage_execution_id = :execution and not c.pinned
                              and not exists (select 1 from run r where r.parent_checkpoint = c.id)
                              and (select count(*) from usable n where (n.step, n.id) > (c.step, c.id)) >= :keepLast
                              and (cast(:every as bigint) is null or exists (
                                    select 1 from usable n
                                    where (n.step, n.id) > (c.step, c.id)
                                      and (n.step - 1) / cast(:every as bigint) = (c.step - 1) / cast(:every as bigint)))
                            for update of c skip locked""")
                    .bind("execution", token.executionId())
                    .bind("keepLast", retention.keepLast())
                    .bindByType("every", retention.keepEverySteps().orElse(null), Long.class)
                    .mapTo(UUID.class)
                    .list();
            // Asked again under the locks: a run may have come to descend from one in the moment between.
            List<Removed> removed = handle.createQuery("""
                            delete from checkpoint c where c.id = any(:superseded) and not c.pinned
                              and not exists (select 1 from run r where r.parent_checkpoint = c.id)
                            returning c.id, c.step, c.artifact""")
                    .bindArray("superseded", UUID.class, superseded)
                    .map((row, context) ->
                            new Removed(Columns.id(row, "id"), row.getLong("step"), Columns.digest(row, "artifact")))
                    .list();
            for (Removed checkpoint : removed) {
                release(handle, checkpoint.artifact());
                AuditStore.appendOwnRemoval(
                        handle,
                        "/api/checkpoints/" + checkpoint.id(),
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("run", token.runId().toString())
                                .put("stage", token.stage())
                                .put("step", checkpoint.step()));
            }
            return removed.size();
        });
    }

    private record Removed(UUID id, long step, Digest artifact) {}

    /** Lets the next collection take the folder's bytes though they are young, where nothing else names them. */
    private static void release(Handle handle, Digest artifact) {
        handle.createUpdate("update artifact set touched_at = '-infinity' where digest = :artifact")
                .bind("artifact", artifact)
                .execute();
        handle.createUpdate("""
                        update blob set touched_at = '-infinity'
                        where digest in (select digest from artifact_file where artifact = :artifact
                                         union all select :artifact)""").bind("artifact", artifact).execute();
    }

    /**
     * The checkpoint.
     *
     * @throws NotFoundException when there is none with this id
     */
    public Checkpoint get(UUID id) {
        return database.inTransaction(
                handle -> find(handle, id).orElseThrow(() -> new NotFoundException("there is no checkpoint " + id)));
    }

    /** The checkpoints, newest first. */
    public Page<Checkpoint> list(CheckpointFilter filter, PageRequest page) {
        return database.inTransaction(handle -> {
            Optional<UUID> before = Cursor.id(page);
            StringBuilder sql = new StringBuilder(SELECT + " where true");
            if (filter.runId().isPresent()) {
                sql.append(" and c.run_id = :run");
            }
            if (filter.stage().isPresent()) {
                sql.append(" and c.stage = :stage");
            }
            if (filter.fromStep().isPresent()) {
                sql.append(" and c.step >= :fromStep");
            }
            if (filter.toStep().isPresent()) {
                sql.append(" and c.step <= :toStep");
            }
            if (filter.pinned()) {
                sql.append(" and c.pinned");
            }
            if (before.isPresent()) {
                sql.append(" and c.id < :before");
            }
            sql.append(" order by c.id desc limit :limit");
            List<Checkpoint> rows = handle.createQuery(sql.toString())
                    .configure(SqlStatements.class, statements -> statements.setUnusedBindingAllowed(true))
                    .bindByType("run", filter.runId().orElse(null), UUID.class)
                    .bind("stage", filter.stage().orElse(null))
                    .bind("fromStep", filter.fromStep().orElse(0))
                    .bind("toStep", filter.toStep().orElse(0))
                    .bindByType("before", before.orElse(null), UUID.class)
                    .bind("limit", page.limit() + 1)
                    .map(CheckpointStore::checkpoint)
                    .list();
            return Page.of(rows, page.limit(), checkpoint -> Cursor.of(checkpoint.id()));
        });
    }

    /**
     * Keeps the checkpoint whatever the policy says, or leaves it to the policy again.
     *
     * @throws NotFoundException when there is none with this id
     */
    public Checkpoint setPinned(UUID id, boolean pinned) {
        return database.inTransaction(handle -> {
            handle.createUpdate("update checkpoint set pinned = :pinned where id = :id")
                    .bind("id", id)
                    .bind("pinned", pinned)
                    .execute();
            return find(handle, id).orElseThrow(() -> new NotFoundException("there is no checkpoint " + id));
        });
    }

    /**
     * Removes a checkpoint; a collection then frees its bytes.
     *
     * @throws NotFoundException when there is none with this id
     * @throws ConflictException when it is pinned, a run descends from it, something was made from it, or a stage that has
     *     not ended would go on from it
     */
    public void delete(UUID id) {
        database.useTransaction(handle -> {
            Checkpoint checkpoint = find(handle, id)
                    .filter(found -> handle.createQuery("select 1 from checkpoint where id = :id for update")
                            .bind("id", id)
                            .mapTo(Integer.class)
                            .findOne()
                            .isPresent())
                    .orElseThrow(() -> new NotFoundException("there is no checkpoint " + id));
            needed(handle, checkpoint).ifPresent(reason -> {
                throw new ConflictException("checkpoint " + id + " is kept: " + reason);
            });
            handle.createUpdate("delete from checkpoint where id = :id")
                    .bind("id", id)
                    .execute();
            release(handle, checkpoint.artifact().digest());
            EventStore.append(
                    handle,
                    checkpoint.runId(),
                    Optional.of(checkpoint.stage()),
                    "checkpoint",
                    "checkpoint of step " + checkpoint.step() + " was deleted on request",
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("id", id.toString())
                            .put("step", checkpoint.step())
                            .put("deleted", true));
        });
    }

    /** Why the checkpoint cannot be deleted; nothing when it can. */
    public Optional<String> whyKept(Checkpoint checkpoint) {
        return database.inTransaction(handle -> needed(handle, checkpoint));
    }

    private static Optional<String> needed(Handle handle, Checkpoint checkpoint) {
        return handle.createQuery("""
                        select case
                            when c.pinned then 'it is pinned; unpin it first'
                            when exists (select 1 from run r where r.parent_checkpoint = c.id) then
                                'run ' || (select min(cast(r.id as text)) from run r where r.parent_checkpoint = c.id)
                                || ' descends from it'
                            when exists (select 1 from lineage_edge e where e.input = c.artifact) then
                                'something was made from it; its lineage names what'
                            when s.state in ('PENDING', 'RUNNING', 'FAILED') and not exists (
                                select 1 from checkpoint n where n.stage_execution_id = c.stage_execution_id
                                and (n.step, n.id) > (c.step, c.id)) then
                                'stage ' || c.stage || ' of run ' || c.run_id || ' has not ended, and would go on from it'
                            end
                        from checkpoint c join stage_execution s on s.id = c.stage_execution_id
                        where c.id = :id""")
                .bind("id", checkpoint.id())
                .mapTo(String.class)
                .findOne();
    }

    private static Optional<Checkpoint> find(Handle handle, UUID id) {
        return handle.createQuery(SELECT + " where c.id = :id")
                .bind("id", id)
                .map(CheckpointStore::checkpoint)
                .findOne();
    }

    private static Checkpoint checkpoint(ResultSet row, StatementContext context) throws SQLException {
        return new Checkpoint(
                Columns.id(row, "id"),
                Columns.id(row, "run_id"),
                Columns.id(row, "stage_execution_id"),
                row.getString("stage"),
                row.getLong("step"),
                new ArtifactReference(row.getString("kind"), Columns.digest(row, "artifact"), row.getLong("bytes")),
                row.getInt("format_version"),
                row.getLong("fence"),
                Columns.optionalDocument(row, "fingerprint"),
                Columns.document(row, "metrics"),
                row.getBoolean("pinned"),
                Columns.instant(row, "created_at"));
    }
}
