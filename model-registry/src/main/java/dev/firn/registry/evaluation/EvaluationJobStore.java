package dev.firn.registry.evaluation;

import static dev.firn.registry.Columns.text;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.Columns;
import dev.firn.registry.Cursor;
import dev.firn.registry.Identifiers;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.artifact.ArtifactReference;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;

/** The evaluations of model versions on their own. */
public final class EvaluationJobStore {
    private static final String SELECT = """
            select j.id, j.model_version_id, v.model, v.version, ma.kind as model_kind, ma.digest as model_digest,
                   ma.bytes as model_bytes, j.dataset_id, d.name as dataset, d.version as dataset_version,
                   da.kind as dataset_kind, da.digest as dataset_digest, da.bytes as dataset_bytes, j.dimensions, j.state,
                   j.progress, j.failure, j.requested_by, j.created_at, j.started_at, j.finished_at
            from evaluation_job j
            join model_version v on v.id = j.model_version_id join artifact ma on ma.digest = v.artifact
            join dataset d on d.id = j.dataset_id join artifact da on da.digest = d.artifact
            """;

    private final RegistryDatabase database;

    public EvaluationJobStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * A job, and whether it is new.
     *
     * @param created false when the same was asked for and has not ended
     */
    public record Requested(EvaluationJob job, boolean created) {}

    /**
     * Asks for an evaluation. While one of the same version on the same dataset at the same widths has not ended, that is
     * the one.
     */
    public Requested request(
            UUID modelVersionId, UUID datasetId, List<Integer> dimensions, Optional<String> requestedBy) {
        List<Integer> widths = dimensions.stream().distinct().sorted().toList();
        return database.inTransaction(handle -> {
            Integer _ = handle.createQuery("select 1 from model_version where id = :id for no key update")
                    .bind("id", modelVersionId)
                    .mapTo(Integer.class)
                    .findOne()
                    .orElseThrow(() -> new NotFoundException("there is no model version " + modelVersionId));
            Optional<EvaluationJob> present = handle.createQuery(SELECT + """
                             where j.model_version_id = :version and j.dataset_id = :dataset and j.dimensions = :dimensions
                               and j.state in ('QUEUED', 'RUNNING')""")
                    .bind("version", modelVersionId)
                    .bind("dataset", datasetId)
                    .bindArray("dimensions", Integer.class, widths)
                    .map(EvaluationJobStore::job)
                    .findFirst();
            if (present.isPresent()) {
                return new Requested(present.get(), false);
            }
            UUID id = Identifiers.next();
            handle.createUpdate("""
                            insert into evaluation_job (id, model_version_id, dataset_id, dimensions, requested_by)
                            values (:id, :version, :dataset, :dimensions, :requestedBy)""")
                    .bind("id", id)
                    .bind("version", modelVersionId)
                    .bind("dataset", datasetId)
                    .bindArray("dimensions", Integer.class, widths)
                    .bind("requestedBy", requestedBy.orElse(null))
                    .execute();
            return new Requested(get(handle, id), true);
        });
    }

    /**
     * A job.
     *
     * @throws NotFoundException when there is none
     */
    public EvaluationJob get(UUID id) {
        return database.inTransaction(handle -> get(handle, id));
    }

    private static EvaluationJob get(Handle handle, UUID id) {
        return handle.createQuery(SELECT + " where j.id = :id")
                .bind("id", id)
                .map(EvaluationJobStore::job)
                .findOne()
                .orElseThrow(() -> new NotFoundException("there is no evaluation " + id));
    }

    /** The jobs of a model's versions, the newest first. */
    public Page<EvaluationJob> ofModel(String model, PageRequest page) {
        return list("v.model = :model", model, page, false);
    }

    /** The jobs of all models, the newest first. */
    public Page<EvaluationJob> list(PageRequest page) {
        return list("true", null, page, false);
    }

    /** The jobs that have not ended, the oldest first. */
    public Page<EvaluationJob> unfinished(PageRequest page) {
        return list("j.state in ('QUEUED', 'RUNNING')", null, page, true);
    }

    private Page<EvaluationJob> list(String condition, String model, PageRequest page, boolean ascending) {
        return database.inTransaction(handle -> {
            Optional<UUID> last = Cursor.id(page);
            List<EvaluationJob> rows = handle.createQuery(SELECT + " where " + condition
                            + (last.isPresent() ? " and j.id " + (ascending ? ">" : "<") + " :last" : "")
                            + " order by j.id " + (ascending ? "" : "desc ") + "limit :limit")
                    .configure(SqlStatements.class, statements -> statements.setUnusedBindingAllowed(true))
                    .bind("model", model)
                    .bindByType("last", last.orElse(null), UUID.class)
                    .bind("limit", page.limit() + 1)
                    .map(EvaluationJobStore::job)
                    .list();
            return Page.of(rows, page.limit(), job -> Cursor.of(job.id()));
        });
    }

    /** Begins an attempt, which ends the right to write of an earlier one; nothing when the job has ended. */
    public Optional<EvaluationJob.Token> begin(UUID id) {
        return database.inTransaction(handle -> handle.createQuery("""
                        update evaluation_job set
                            fence = fence + 1, state = 'RUNNING', started_at = coalesce(started_at, now())
                        where id = :id and state in ('QUEUED', 'RUNNING') returning fence""")
                .bind("id", id)
                .mapTo(Long.class)
                .findOne()
                .map(fence -> new EvaluationJob.Token(id, fence)));
    }

    /**
     * Says how far it is.
     *
     * @throws StaleJobException when the writer was replaced
     */
    public void progress(EvaluationJob.Token token, JsonNode progress) {
        database.useTransaction(handle -> {
            int written = handle.createUpdate("""
                            update evaluation_job set progress = cast(:progress as jsonb)
                            where id = :id and fence = :fence and state = 'RUNNING'""")
                    .bind("progress", text(progress))
                    .bind("id", token.jobId())
                    .bind("fence", token.fence())
                    .execute();
            if (written == 0) {
                throw new StaleJobException(token);
            }
        });
    }

    /**
     * Keeps what was measured and ends the job. What earlier jobs measured of the version on that dataset goes.
     *
     * @throws StaleJobException when the writer was replaced
     */
    public void finish(EvaluationJob.Token token, Collection<NewEvaluation> evaluations) {
        database.useTransaction(handle -> {
            UUID version = handle.createQuery("""
                            update evaluation_job set state = 'SUCCEEDED', progress = null, finished_at = now()
                            where id = :id and fence = :fence and state = 'RUNNING' returning model_version_id""")
                    .bind("id", token.jobId())
                    .bind("fence", token.fence())
                    .mapTo(UUID.class)
                    .findOne()
                    .orElseThrow(() -> new StaleJobException(token));
            handle.createUpdate("""
                            delete from evaluation e using evaluation_job o, evaluation_job j
                            where j.id = :id and o.id = e.job_id and o.id <> j.id
                              and o.model_version_id = j.model_version_id and o.dataset_id = j.dataset_id""").bind("id", token.jobId()).execute();
            EvaluationStore.insert(
                    handle, Optional.empty(), Optional.of(version), Optional.of(token.jobId()), evaluations);
        });
    }

    /** Ends a job that cannot be done; one that has ended stays as it is. */
    public void fail(UUID id, String reason) {
        database.useTransaction(handle ->
                handle.createUpdate("""
                        update evaluation_job set
                            state = 'FAILED', failure = :reason, progress = null, finished_at = now(), fence = fence + 1
                        where id = :id and state in ('QUEUED', 'RUNNING')""").bind("id", id).bind("reason", reason).execute());
    }

    private static EvaluationJob job(ResultSet row, StatementContext context) throws SQLException {
        return new EvaluationJob(
                Columns.id(row, "id"),
                Columns.id(row, "model_version_id"),
                row.getString("model"),
                row.getInt("version"),
                new ArtifactReference(
                        row.getString("model_kind"), Columns.digest(row, "model_digest"), row.getLong("model_bytes")),
                Columns.id(row, "dataset_id"),
                row.getString("dataset"),
                row.getInt("dataset_version"),
                new ArtifactReference(
                        row.getString("dataset_kind"),
                        Columns.digest(row, "dataset_digest"),
                        row.getLong("dataset_bytes")),
                List.of((Integer[]) row.getArray("dimensions").getArray()),
                EvaluationJob.State.valueOf(row.getString("state")),
                Columns.optionalDocument(row, "progress"),
                Columns.optionalText(row, "failure"),
                Columns.optionalText(row, "requested_by"),
                Columns.instant(row, "created_at"),
                Columns.optionalInstant(row, "started_at"),
                Columns.optionalInstant(row, "finished_at"));
    }
}
