package dev.firn.registry.model;

import static dev.firn.registry.Columns.text;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.registry.Columns;
import dev.firn.registry.Cursor;
import dev.firn.registry.Digest;
import dev.firn.registry.Identifiers;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.RevisionMismatchException;
import dev.firn.registry.StageToken;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.webhook.WebhookEvent;
import dev.firn.registry.webhook.WebhookStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;

/** The models, versions and aliases. */
public final class ModelStore {
    private static final String SELECT_VERSION = """
            select v.id, v.model, v.version, v.artifact, a.kind, a.bytes, v.run_id, v.stage_execution_id, v.dimension,
                   v.metrics, v.created_at,
                   array(select l.alias from model_alias l
                         where l.model = v.model and l.version = v.version order by l.alias) as aliases
            from model_version v join artifact a on a.digest = v.artifact
            """;
    private static final String ALIAS_COLUMNS = "model, alias, version, revision, moved_at, moved_by";

    private final RegistryDatabase database;

    public ModelStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Registers what a stage execution made as the model's next version. Doing so again for the same model and
     * execution gives the version that is there.
     *
     * @throws dev.firn.registry.StaleFenceException when the writer was replaced
     */
    public ModelVersion register(StageToken token, NewModelVersion version) {
        return database.inTransaction(handle -> {
            token.require(handle);
            return register(handle, Optional.of(token), version);
        });
    }

    /** Registers what came from outside as the model's next version. */
    public ModelVersion register(NewModelVersion version) {
        return database.inTransaction(handle -> register(handle, Optional.empty(), version));
    }

    private static ModelVersion register(Handle handle, Optional<StageToken> token, NewModelVersion version) {
        handle.createUpdate("insert into model (name) values (:name) on conflict (name) do nothing")
                .bind("name", version.model())
                .execute();
        lockModel(handle, version.model());
        Optional<ModelVersion> present = token.flatMap(stage -> handle.createQuery(
                        SELECT_VERSION + " where v.model = :model and v.stage_execution_id = :execution")
                .bind("model", version.model())
                .bind("execution", stage.executionId())
                .map(ModelStore::version)
                .findOne());
        if (present.isPresent()) {
            return present.get();
        }
        int number = handle.createQuery("""
                        update model set latest_version = latest_version + 1 where name = :name
                        returning latest_version""")
                .bind("name", version.model())
                .mapTo(Integer.class)
                .one();
        UUID id = Identifiers.next();
        handle.createUpdate("""
                        insert into model_version (id, model, version, artifact, run_id, stage_execution_id, dimension,
                                                   metrics)
                        values (:id, :model, :version, :artifact, :run, :execution, :dimension,
                                cast(:metrics as jsonb))""")
                .bind("id", id)
                .bind("model", version.model())
                .bind("version", number)
                .bind("artifact", version.artifact().digest())
                .bindByType("run", token.map(StageToken::runId).orElse(null), UUID.class)
                .bindByType("execution", token.map(StageToken::executionId).orElse(null), UUID.class)
                .bind("dimension", version.dimension())
                .bind("metrics", text(version.metrics()))
                .execute();
        token.ifPresent(stage -> EventStore.append(
                handle,
                stage.runId(),
                Optional.of(stage.stage()),
                "model",
                "registered " + version.model() + "@" + number,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("name", version.model())
                        .put("version", number)
                        .put("sha256", version.artifact().digest().hex())));
        return handle.createQuery(SELECT_VERSION + " where v.id = :id")
                .bind("id", id)
                .map(ModelStore::version)
                .one();
    }

    /** The newest version of the model with exactly this content. */
    public Optional<ModelVersion> findByArtifact(String model, Digest artifact) {
        return database.inTransaction(handle -> handle.createQuery(SELECT_VERSION
                        + " where v.model = :model and v.artifact = :artifact order by v.version desc limit 1")
                .bind("model", model)
                .bind("artifact", artifact)
                .map(ModelStore::version)
                .findOne());
    }

    /** The version, if there is one. */
    public Optional<ModelVersion> find(String model, int version) {
        return database.inTransaction(
                handle -> handle.createQuery(SELECT_VERSION + " where v.model = :model and v.version = :version")
                        .bind("model", model)
                        .bind("version", version)
                        .map(ModelStore::version)
                        .findOne());
    }

    /**
     * The version.
     *
     * @throws NotFoundException when there is none
     */
    public ModelVersion get(String model, int version) {
        return find(model, version).orElseThrow(() -> missing(model, version));
    }

    /** The version that an alias points to, if there is such an alias. */
    public Optional<ModelVersion> findByAlias(String model, String alias) {
        return database.inTransaction(handle -> handle.createQuery(SELECT_VERSION + """
                                join model_alias m on m.model = v.model and m.version = v.version
                                where m.model = :model and m.alias = :alias""")
                .bind("model", model)
                .bind("alias", alias)
                .map(ModelStore::version)
                .findOne());
    }

    /** The model, if there is one. */
    public Optional<Model> findModel(String name) {
        return database.inTransaction(handle -> withAliases(
                        handle,
                        handle.createQuery("select name, latest_version, created_at from model where name = :name")
                                .bind("name", name)
                                .map(ModelStore::model)
                                .list())
                .stream()
                .findFirst());
    }

    /** The models by name. */
    public Page<Model> list(PageRequest page) {
        return database.inTransaction(handle -> {
            List<Model> rows = handle.createQuery("""
                            select name, latest_version, created_at from model
                            where name > :after order by name limit :limit""")
                    .bind("after", Cursor.key(page).orElse(""))
                    .bind("limit", page.limit() + 1)
                    .map(ModelStore::model)
                    .list();
            return Page.of(withAliases(handle, rows), page.limit(), model -> new Cursor(model.name()));
        });
    }

    /** The versions of a model, newest first. */
    public Page<ModelVersion> versions(String model, PageRequest page) {
        return database.inTransaction(handle -> {
            List<ModelVersion> rows = handle.createQuery(SELECT_VERSION + """
                                    where v.model = :model and v.version < :before
                                    order by v.version desc limit :limit""")
                    .bind("model", model)
                    .bind(
                            "before",
                            Cursor.number(page)
                                    .map(before -> Math.min(before, Integer.MAX_VALUE))
                                    .orElse((long) Integer.MAX_VALUE))
                    .bind("limit", page.limit() + 1)
                    .map(ModelStore::version)
                    .list();
            return Page.of(rows, page.limit(), version -> Cursor.of(version.version()));
        });
    }

    /** The versions that runs made, by run. */
    public Map<UUID, List<ModelVersion>> ofRuns(java.util.Collection<UUID> runIds) {
        return database.inTransaction(handle -> {
            Map<UUID, List<ModelVersion>> result = new LinkedHashMap<>();
            handle.createQuery(SELECT_VERSION + " where v.run_id = any(:runs) order by v.id")
                    .bindArray("runs", UUID.class, List.copyOf(runIds))
                    .map(ModelStore::version)
                    .forEach(version -> result.computeIfAbsent(version.runId().orElseThrow(), run -> new ArrayList<>())
                            .add(version));
            return result;
        });
    }

    /** The alias, if there is one. */
    public Optional<ModelAlias> findAlias(String model, String alias) {
        return database.inTransaction(handle -> findAlias(handle, model, alias));
    }

    /**
     * Points an alias to a version; makes it when it is new. Pointing it where it points changes nothing.
     *
     * @param expectedRevision the revision that the caller saw; 0 when the caller saw none; nothing to move it anyway
     * @throws NotFoundException when there is no such version
     * @throws RevisionMismatchException when the alias has another revision
     */
    public ModelAlias moveAlias(
            String model,
            String alias,
            int version,
            OptionalLong expectedRevision,
            Optional<String> movedBy,
            Optional<String> reason) {
        return database.inTransaction(handle -> {
            lockModel(handle, model);
            Optional<ModelAlias> present = findAlias(handle, model, alias);
            requireRevision(model, alias, present, expectedRevision);
            if (handle.createQuery("select 1 from model_version where model = :model and version = :version")
                    .bind("model", model)
                    .bind("version", version)
                    .mapTo(Integer.class)
                    .findOne()
                    .isEmpty()) {
                throw missing(model, version);
            }
            if (present.isPresent() && present.get().version() == version) {
                return present.get();
            }
            long revision = recordMove(
                    handle, model, alias, present.map(ModelAlias::version).orElse(null), version, movedBy, reason);
            WebhookStore.tell(
                    handle,
                    WebhookEvent.ALIAS_MOVED,
                    () -> WebhookStore.ofAlias(
                            model,
                            alias,
                            OptionalInt.of(version),
                            present.map(there -> OptionalInt.of(there.version()))
                                    .orElseGet(OptionalInt::empty),
                            revision));
            return handle.createQuery("""
                            insert into model_alias (model, alias, version, revision, moved_by)
                            values (:model, :alias, :version, :revision, :movedBy)
                            on conflict (model, alias) do update set
                                version = excluded.version, revision = excluded.revision, moved_at = excluded.moved_at,
                                moved_by = excluded.moved_by
                            returning
                            """ + ALIAS_COLUMNS)
                    .bind("model", model)
                    .bind("alias", alias)
                    .bind("version", version)
                    .bind("revision", revision)
                    .bind("movedBy", movedBy.orElse(null))
                    .map(ModelStore::alias)
                    .one();
        });
    }

    /**
     * Removes an alias; its history stays.
     *
     * @param expectedRevision the revision that the caller saw; nothing to remove it anyway
     * @throws NotFoundException when there is no such alias
     * @throws RevisionMismatchException when the alias has another revision
     */
    public void removeAlias(
            String model,
            String alias,
            OptionalLong expectedRevision,
            Optional<String> movedBy,
            Optional<String> reason) {
        database.useTransaction(handle -> {
            lockModel(handle, model);
            ModelAlias present = findAlias(handle, model, alias)
                    .orElseThrow(() -> new NotFoundException("the model " + model + " has no alias " + alias));
            requireRevision(model, alias, Optional.of(present), expectedRevision);
            long revision = recordMove(handle, model, alias, present.version(), null, movedBy, reason);
            WebhookStore.tell(
                    handle,
                    WebhookEvent.ALIAS_REMOVED,
                    () -> WebhookStore.ofAlias(
                            model, alias, OptionalInt.empty(), OptionalInt.of(present.version()), revision));
            handle.createUpdate("delete from model_alias where model = :model and alias = :alias")
                    .bind("model", model)
                    .bind("alias", alias)
                    .execute();
        });
    }

    private static void requireRevision(
            String model, String alias, Optional<ModelAlias> present, OptionalLong expectedRevision) {
        long revision = present.map(ModelAlias::revision).orElse(0L);
        if (expectedRevision.isPresent() && expectedRevision.getAsLong() != revision) {
            throw new RevisionMismatchException("the alias " + model + "@" + alias
                    + present.map(there -> " points to version " + there.version() + " with revision " + revision)
                            .orElse(" does not exist")
                    + "; the caller expected "
                    + (expectedRevision.getAsLong() == 0
                            ? "it not to exist"
                            : "revision " + expectedRevision.getAsLong()));
        }
    }

    private static long recordMove(
            Handle handle,
            String model,
            String alias,
            Integer previousVersion,
            Integer version,
            Optional<String> movedBy,
            Optional<String> reason) {
        return handle.createQuery("""
                        insert into model_alias_move (model, alias, revision, previous_version, version, reason, moved_by)
                        select :model, :alias, 1 + coalesce(max(revision), 0), :previous, :version, :reason, :movedBy
                        from model_alias_move where model = :model and alias = :alias
                        returning revision""")
                .bind("model", model)
                .bind("alias", alias)
                .bindByType("previous", previousVersion, Integer.class)
                .bindByType("version", version, Integer.class)
                .bind("reason", reason.orElse(null))
                .bind("movedBy", movedBy.orElse(null))
                .mapTo(Long.class)
                .one();
    }

    /** The moves of an alias, newest first; a cursor is a revision. */
    public Page<AliasMove> aliasHistory(String model, String alias, PageRequest page) {
        return database.inTransaction(handle -> {
            List<AliasMove> rows = handle.createQuery("""
                            select model, alias, revision, previous_version, version, reason, moved_by, moved_at
                            from model_alias_move
                            where model = :model and alias = :alias and revision < :before
                            order by revision desc limit :limit""")
                    .bind("model", model)
                    .bind("alias", alias)
                    .bind("before", Cursor.number(page).orElse(Long.MAX_VALUE))
                    .bind("limit", page.limit() + 1)
                    .map((row, context) -> new AliasMove(
                            row.getString("model"),
                            row.getString("alias"),
                            row.getLong("revision"),
                            optionalInt(row, "previous_version"),
                            optionalInt(row, "version"),
                            Columns.optionalText(row, "reason"),
                            Columns.optionalText(row, "moved_by"),
                            Columns.instant(row, "moved_at")))
                    .list();
            return Page.of(rows, page.limit(), move -> Cursor.of(move.revision()));
        });
    }

    private static void lockModel(Handle handle, String model) {
        if (handle.createQuery("select 1 from model where name = :name for no key update")
                .bind("name", model)
                .mapTo(Integer.class)
                .findOne()
                .isEmpty()) {
            throw new NotFoundException("there is no model " + model);
        }
    }

    private static Optional<ModelAlias> findAlias(Handle handle, String model, String alias) {
        return handle.createQuery(
                        "select " + ALIAS_COLUMNS + " from model_alias where model = :model and alias = :alias")
                .bind("model", model)
                .bind("alias", alias)
                .map(ModelStore::alias)
                .findOne();
    }

    private static List<Model> withAliases(Handle handle, List<Model> models) {
        Map<String, List<ModelAlias>> aliases = new LinkedHashMap<>();
        handle.createQuery("select " + ALIAS_COLUMNS
                        + " from model_alias where model = any(cast(:models as text[])) order by model, alias")
                .bindArray(
                        "models", String.class, models.stream().map(Model::name).toList())
                .map(ModelStore::alias)
                .forEach(alias -> aliases.computeIfAbsent(alias.model(), model -> new ArrayList<>())
                        .add(alias));
        return models.stream()
                .map(model -> new Model(
                        model.name(),
                        model.latestVersion(),
                        model.createdAt(),
                        aliases.getOrDefault(model.name(), List.of())))
                .toList();
    }

    private static NotFoundException missing(String model, int version) {
        return new NotFoundException("there is no model version " + model + "@" + version);
    }

    private static OptionalInt optionalInt(ResultSet row, String column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? OptionalInt.empty() : OptionalInt.of(value);
    }

    private static Model model(ResultSet row, StatementContext context) throws SQLException {
        return new Model(
                row.getString("name"), row.getInt("latest_version"), Columns.instant(row, "created_at"), List.of());
    }

    private static ModelAlias alias(ResultSet row, StatementContext context) throws SQLException {
        return new ModelAlias(
                row.getString("model"),
                row.getString("alias"),
                row.getInt("version"),
                row.getLong("revision"),
                Columns.instant(row, "moved_at"),
                Columns.optionalText(row, "moved_by"));
    }

    private static ModelVersion version(ResultSet row, StatementContext context) throws SQLException {
        return new ModelVersion(
                Columns.id(row, "id"),
                row.getString("model"),
                row.getInt("version"),
                new ArtifactReference(row.getString("kind"), Columns.digest(row, "artifact"), row.getLong("bytes")),
                Columns.optionalId(row, "run_id"),
                Columns.optionalId(row, "stage_execution_id"),
                row.getInt("dimension"),
                Columns.document(row, "metrics"),
                Columns.instant(row, "created_at"),
                List.of((String[]) row.getArray("aliases").getArray()));
    }
}
