package dev.firn.registry.dataset;

import static dev.firn.registry.Columns.text;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.Columns;
import dev.firn.registry.Cursor;
import dev.firn.registry.Digest;
import dev.firn.registry.Identifiers;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.StageToken;
import dev.firn.registry.artifact.ArtifactReference;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** The datasets. */
public final class DatasetStore {
    private static final String SELECT = """
            select d.id, d.name, d.version, d.artifact, a.kind, a.bytes, d.stage_execution_id, d.summary, d.created_at
            from dataset d join artifact a on a.digest = d.artifact
            """;

    private final RegistryDatabase database;

    public DatasetStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Registers what a stage made as the next version of the name; the same content under the same name gives the
     * version that is there.
     *
     * @throws dev.firn.registry.StaleFenceException when the writer was replaced
     */
    public Dataset register(StageToken token, String name, ArtifactReference artifact, JsonNode summary) {
        return database.inTransaction(handle -> {
            token.require(handle);
            return register(handle, name, artifact, Optional.of(token.executionId()), summary);
        });
    }

    /** Registers what came from outside, as {@link #register(StageToken, String, ArtifactReference, JsonNode)} does. */
    public Dataset register(String name, ArtifactReference artifact, JsonNode summary) {
        return database.inTransaction(handle -> register(handle, name, artifact, Optional.empty(), summary));
    }

    private static Dataset register(
            Handle handle, String name, ArtifactReference artifact, Optional<UUID> executionId, JsonNode summary) {
        handle.createQuery("select pg_advisory_xact_lock(hashtextextended('firn:dataset:' || :name, 0))")
                .bind("name", name)
                .map((row, context) -> true)
                .one();
        handle.createUpdate("""
                        insert into dataset (id, name, version, artifact, stage_execution_id, summary)
                        select :id, :name, 1 + coalesce(max(version), 0), :artifact, :execution,
                               cast(:summary as jsonb)
                        from dataset where name = :name
                        on conflict on constraint dataset_content do nothing""")
                .bind("id", Identifiers.next())
                .bind("name", name)
                .bind("artifact", artifact.digest())
                .bindByType("execution", executionId.orElse(null), UUID.class)
                .bind("summary", text(summary))
                .execute();
        return handle.createQuery(SELECT + " where d.name = :name and d.artifact = :artifact")
                .bind("name", name)
                .bind("artifact", artifact.digest())
                .map(DatasetStore::dataset)
                .one();
    }

    /**
     * A version of a dataset.
     *
     * @throws NotFoundException when there is none
     */
    public Dataset get(String name, int version) {
        return find(name, version)
                .orElseThrow(() -> new NotFoundException("there is no dataset " + name + "@" + version));
    }

    /** The version of a dataset, if there is one. */
    public Optional<Dataset> find(String name, int version) {
        return database.inTransaction(
                handle -> handle.createQuery(SELECT + " where d.name = :name and d.version = :version")
                        .bind("name", name)
                        .bind("version", version)
                        .map(DatasetStore::dataset)
                        .findOne());
    }

    /** The version with this id, if there is one. */
    public Optional<Dataset> find(UUID id) {
        return database.inTransaction(handle -> handle.createQuery(SELECT + " where d.id = :id")
                .bind("id", id)
                .map(DatasetStore::dataset)
                .findOne());
    }

    /** The datasets with exactly this content, the oldest first. */
    public List<Dataset> withArtifact(Digest artifact) {
        return database.inTransaction(
                handle -> handle.createQuery(SELECT + " where d.artifact = :artifact order by d.id")
                        .bind("artifact", artifact)
                        .map(DatasetStore::dataset)
                        .list());
    }

    /** The version of the name with exactly this content, if there is one. */
    public Optional<Dataset> findByArtifact(String name, Digest artifact) {
        return database.inTransaction(
                handle -> handle.createQuery(SELECT + " where d.name = :name and d.artifact = :artifact")
                        .bind("name", name)
                        .bind("artifact", artifact)
                        .map(DatasetStore::dataset)
                        .findOne());
    }

    /** All versions of all datasets, newest first. */
    public Page<Dataset> list(PageRequest page) {
        return list(Optional.empty(), page);
    }

    /**
     * Versions of datasets, newest first.
     *
     * @param name only of this dataset
     */
    public Page<Dataset> list(Optional<String> name, PageRequest page) {
        return database.inTransaction(handle -> {
            Optional<UUID> before = Cursor.id(page);
            List<Dataset> rows = handle.createQuery(SELECT + " where true"
                            + (before.isPresent() ? " and d.id < :before" : "")
                            + (name.isPresent() ? " and d.name = :name" : "")
                            + " order by d.id desc limit :limit")
                    .configure(
                            org.jdbi.v3.core.statement.SqlStatements.class,
                            statements -> statements.setUnusedBindingAllowed(true))
                    .bindByType("before", before.orElse(null), UUID.class)
                    .bind("name", name.orElse(null))
                    .bind("limit", page.limit() + 1)
                    .map(DatasetStore::dataset)
                    .list();
            return Page.of(rows, page.limit(), dataset -> Cursor.of(dataset.id()));
        });
    }

    private static Dataset dataset(ResultSet row, StatementContext context) throws SQLException {
        return new Dataset(
                Columns.id(row, "id"),
                row.getString("name"),
                row.getInt("version"),
                new ArtifactReference(row.getString("kind"), Columns.digest(row, "artifact"), row.getLong("bytes")),
                Columns.optionalId(row, "stage_execution_id"),
                Columns.document(row, "summary"),
                Columns.instant(row, "created_at"));
    }
}
