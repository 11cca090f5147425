package dev.firn.registry.run;

import static dev.firn.registry.Columns.text;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.Columns;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.StageToken;
import dev.firn.registry.artifact.ArtifactReference;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.Update;

/**
 * The parts of stages whose work is divided. Every write needs the token of the attempt that divided the stage, so that
 * nothing is written once another attempt has begun.
 */
public final class ShardStore {
    private static final String SELECT = """
            select s.phase, s.shard, s.size, s.done, s.worker, s.fingerprint, s.started_at, s.finished_at,
                   a.digest, a.kind, a.bytes
            from stage_shard s left join artifact a on a.digest = s.artifact
            where s.stage_execution_id = :id
            """;

    private final RegistryDatabase database;

    public ShardStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Divides a stage. Shards of the same division that are done stay done; those of another one go.
     *
     * @param division what the work is cut by: results of two stages with the same division fit together
     * @param phases the sizes of each phase's shards, each above 0
     * @throws dev.firn.registry.StaleFenceException when the writer was replaced
     */
    public void divide(StageToken token, String division, List<List<Long>> phases) {
        database.useTransaction(handle -> {
            token.require(handle);
            handle.createUpdate("delete from stage_shard where stage_execution_id = :id and division <> :division")
                    .bind("id", token.executionId())
                    .bind("division", division)
                    .execute();
            PreparedBatch batch = handle.prepareBatch("""
                    insert into stage_shard (stage_execution_id, phase, shard, division, size)
                    values (:id, :phase, :shard, :division, :size) on conflict do nothing""");
            for (int phase = 0; phase < phases.size(); phase++) {
                for (int shard = 0; shard < phases.get(phase).size(); shard++) {
                    batch.bind("id", token.executionId())
                            .bind("phase", phase)
                            .bind("shard", shard)
                            .bind("division", division)
                            .bind("size", phases.get(phase).get(shard))
                            .add();
                }
            }
            if (batch.size() > 0) {
                batch.execute();
            }
        });
    }

    /** A stage's shards in their order; none when its work was not divided. */
    public List<StageShard> list(UUID executionId) {
        return database.inTransaction(handle -> handle.createQuery(SELECT + " order by s.phase, s.shard")
                .bind("id", executionId)
                .map(ShardStore::shard)
                .list());
    }

    /**
     * One shard.
     *
     * @throws NotFoundException when the stage was not divided that way
     */
    public StageShard get(UUID executionId, int phase, int shard) {
        return database.inTransaction(
                handle -> handle.createQuery(SELECT + " and s.phase = :phase and s.shard = :shard")
                        .bind("id", executionId)
                        .bind("phase", phase)
                        .bind("shard", shard)
                        .map(ShardStore::shard)
                        .findOne()
                        .orElseThrow(() -> missing(executionId, phase, shard)));
    }

    /** Notes who begins with a shard. */
    public void begin(StageToken token, int phase, int shard, String worker) {
        update(
                token,
                phase,
                shard,
                "worker = :worker, done = 0, started_at = clock_timestamp(), finished_at = null",
                update -> update.bind("worker", worker));
    }

    /**
     * Writes how far a shard is. Meant to be called about once a second.
     *
     * @param done how much of its size
     * @return how far its whole phase is
     */
    public StageShard.Progress progress(StageToken token, int phase, int shard, long done) {
        return database.inTransaction(handle -> {
            token.require(handle);
            handle.createUpdate("""
                            update stage_shard set done = least(:done, size)
                            where stage_execution_id = :id and phase = :phase and shard = :shard and artifact is null""")
                    .bind("id", token.executionId())
                    .bind("phase", phase)
                    .bind("shard", shard)
                    .bind("done", done)
                    .execute();
            return handle.createQuery("""
                            select sum(done) as done, sum(size) as size from stage_shard
                            where stage_execution_id = :id and phase = :phase""")
                    .bind("id", token.executionId())
                    .bind("phase", phase)
                    .map((row, context) -> new StageShard.Progress(row.getLong("done"), row.getLong("size")))
                    .one();
        });
    }

    /**
     * Ends a shard with its result. A shard that is done stays as it is: whoever computes it makes the same.
     *
     * @param fingerprint the numerics it was computed with
     */
    public void finish(StageToken token, int phase, int shard, ArtifactReference result, JsonNode fingerprint) {
        update(
                token,
                phase,
                shard,
                """
                        artifact = coalesce(artifact, :artifact), done = size,
                        fingerprint = case when artifact is null then cast(:fingerprint as jsonb) else fingerprint end,
                        finished_at = coalesce(finished_at, clock_timestamp())""",
                update -> update.bind("artifact", result.digest()).bind("fingerprint", text(Optional.of(fingerprint))));
    }

    /** Says that a shard's result cannot be read any more: it is to be computed again. */
    public void lose(StageToken token, int phase, int shard) {
        update(token, phase, shard, "artifact = null, done = 0, finished_at = null", update -> {});
    }

    /** The numerics that the shards of a stage were computed with, each once. */
    public List<JsonNode> fingerprints(UUID executionId) {
        return list(executionId).stream()
                .flatMap(shard -> shard.fingerprint().stream())
                .distinct()
                .toList();
    }

    /** Lets the results go, in the caller's transaction: the stage that they were made for is done. */
    static void release(Handle transaction, UUID executionId) {
        transaction
                .createUpdate("update stage_shard set artifact = null where stage_execution_id = :id")
                .bind("id", executionId)
                .execute();
    }

    private void update(StageToken token, int phase, int shard, String assignments, Binding binding) {
        database.useTransaction(handle -> {
            token.require(handle);
            Update update = handle.createUpdate("update stage_shard set " + assignments
                            + " where stage_execution_id = :id and phase = :phase and shard = :shard")
                    .bind("id", token.executionId())
                    .bind("phase", phase)
                    .bind("shard", shard);
            binding.bind(update);
            if (update.execute() == 0) {
                throw missing(token.executionId(), phase, shard);
            }
        });
    }

    private interface Binding {
        void bind(Update update);
    }

    private static NotFoundException missing(UUID executionId, int phase, int shard) {
        return new NotFoundException("there is no shard " + shard + " of phase " + phase + " of " + executionId);
    }

    private static StageShard shard(ResultSet row, StatementContext context) throws SQLException {
        Optional<ArtifactReference> result =
                Columns.optionalDigest(row, "digest").isPresent()
                        ? Optional.of(new ArtifactReference(
                                row.getString("kind"), Columns.digest(row, "digest"), row.getLong("bytes")))
                        : Optional.empty();
        return new StageShard(
                row.getInt("phase"),
                row.getInt("shard"),
                row.getLong("size"),
                row.getLong("done"),
                Columns.optionalText(row, "worker"),
                Columns.optionalDocument(row, "fingerprint"),
                result,
                Columns.optionalInstant(row, "started_at"),
                Columns.optionalInstant(row, "finished_at"));
    }
}
