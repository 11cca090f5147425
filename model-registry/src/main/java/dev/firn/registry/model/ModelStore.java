package dev.firn.registry.model;

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
import dev.firn.registry.RevisionMismatchException;
import dev.firn.registry.StageToken;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.webhook.WebhookEvent;
import dev.firn.registry.webhook.WebhookStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;

/** The models, versions and aliases. */
public final class ModelStore {
    private static final String SELECT_VERSION = """
            select v.id, v.model, v.version, v.artifact, a.kind, a.bytes, v.run_id, v.stage_execution_id, v.dimension,
                   v.metrics, v.created_at, v.archived_at,
                   array(select l.alias from model_alias l
                         where l.model = v.model and l.version = v.version order by l.alias) as aliases,
                   array(select t.tag from model_version_tag t
                         where t.model = v.model and t.version = v.version order by t.tag) as tags,
                   array(select t.value from model_version_tag t
                         where t.model = v.model and t.version = v.version order by t.tag) as tag_values
            from model_version v join artifact a on a.digest = v.artifact
            """;
    private static final String SELECT_MODEL = """
            select m.name, m.latest_version, m.created_at,
                   (select count(*) from model_version v
                    where v.model = m.name and v.archived_at is not null) as archived_versions
            from model m
            """;
    private static final String HAS_TAG = """
             exists (select 1 from model_version_tag t
                     where t.model = v.model and t.version = v.version and t.tag = :tag
                       and t.value = coalesce(cast(:value as text), t.value))
            """;
    private static final String ALIAS_COLUMNS = "model, alias, version, revision, protected, moved_at, moved_by";

    /** A version has at most so many tags. */
    public static final int MOST_TAGS = 50;

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
        return database.inTransaction(handle -> find(handle, model, version));
    }

    private static Optional<ModelVersion> find(Handle handle, String model, int version) {
        return handle.createQuery(SELECT_VERSION + " where v.model = :model and v.version = :version")
                .bind("model", model)
                .bind("version", version)
                .map(ModelStore::version)
                .findOne();
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
                        handle.createQuery(SELECT_MODEL + " where m.name = :name")
                                .bind("name", name)
                                .map(ModelStore::model)
                                .list())
                .stream()
                .findFirst());
    }

    /** The models by name. */
    public Page<Model> list(PageRequest page) {
        return list(Optional.empty(), page);
    }

    /**
     * The models by name.
     *
     * @param tag those with a version that has it and was not laid aside
     */
    public Page<Model> list(Optional<TagFilter> tag, PageRequest page) {
        return database.inTransaction(handle -> {
            String tagged = tag.isPresent()
                    ? " and exists (select 1 from model_version v where v.model = m.name and v.archived_at is null and"
                            + HAS_TAG + ")"
                    : "";
            List<Model> rows = handle.createQuery(
                            SELECT_MODEL + " where m.name > :after" + tagged + " order by m.name limit :limit")
                    .configure(SqlStatements.class, statements -> statements.setUnusedBindingAllowed(true))
                    .bind("after", Cursor.key(page).orElse(""))
                    .bind("tag", tag.map(TagFilter::tag).orElse(null))
                    .bind("value", tag.flatMap(TagFilter::value).orElse(null))
                    .bind("limit", page.limit() + 1)
                    .map(ModelStore::model)
                    .list();
            return Page.of(withAliases(handle, rows), page.limit(), model -> new Cursor(model.name()));
        });
    }

    /** The versions of a model that were not laid aside, newest first. */
    public Page<ModelVersion> versions(String model, PageRequest page) {
        return versions(model, VersionFilter.USUAL, page);
    }

    /** The versions of a model, newest first. */
    public Page<ModelVersion> versions(String model, VersionFilter filter, PageRequest page) {
        return database.inTransaction(handle -> {
            List<ModelVersion> rows = handle.createQuery(SELECT_VERSION
                            + " where v.model = :model and v.version < :before"
                            + (filter.archived() ? "" : " and v.archived_at is null")
                            + (filter.tag().isPresent() ? " and" + HAS_TAG : "")
                            + " order by v.version desc limit :limit")
                    .configure(SqlStatements.class, statements -> statements.setUnusedBindingAllowed(true))
                    .bind("model", model)
                    .bind(
                            "before",
                            Cursor.number(page)
                                    .map(before -> Math.min(before, Integer.MAX_VALUE))
                                    .orElse((long) Integer.MAX_VALUE))
                    .bind("tag", filter.tag().map(TagFilter::tag).orElse(null))
                    .bind("value", filter.tag().flatMap(TagFilter::value).orElse(null))
                    .bind("limit", page.limit() + 1)
                    .map(ModelStore::version)
                    .list();
            return Page.of(rows, page.limit(), version -> Cursor.of(version.version()));
        });
    }

    /** The newest version of each model that was not laid aside, by the model's name. */
    public Map<String, ModelVersion> newest(Collection<String> names) {
        return database.inTransaction(handle -> {
            Map<String, ModelVersion> result = new LinkedHashMap<>();
            handle.createQuery(SELECT_VERSION + """
                             where (v.model, v.version) in (
                                select n.name, (select max(o.version) from model_version o
                                                where o.model = n.name and o.archived_at is null)
                                from unnest(cast(:names as text[])) as n (name))""")
                    .bindArray("names", String.class, List.copyOf(names))
                    .map(ModelStore::version)
                    .forEach(version -> result.put(version.model(), version));
            return result;
        });
    }

    /** The versions that runs made, by run. */
    public Map<UUID, List<ModelVersion>> ofRuns(Collection<UUID> runIds) {
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
     * @throws NotFoundException when there is no such version
     * @throws RevisionMismatchException when the alias has another revision
     * @throws ProtectedAliasException when it is protected, the change was not confirmed, and there is one
     * @throws ConflictException when the version is archived
     */
    public ModelAlias moveAlias(AliasChange change) {
        return database.inTransaction(handle -> {
            lockModel(handle, change.model());
            Optional<ModelAlias> present = findAlias(handle, change.model(), change.alias());
            requireRevision(change.model(), change.alias(), present, change.expectedRevision());
            ModelVersion version = find(handle, change.model(), change.version())
                    .orElseThrow(() -> missing(change.model(), change.version()));
            boolean guarded =
                    change.guarded().orElse(present.map(ModelAlias::guarded).orElse(false));
            if (present.isPresent()
                    && present.get().version() == change.version()
                    && present.get().guarded() == guarded) {
                return present.get();
            }
            requireConfirmed(present, change.confirmed());
            if (version.archivedAt().isPresent()) {
                throw new ConflictException("the version " + change.model() + "@" + change.version()
                        + " is archived; no alias can point to it");
            }
            long revision = recordMove(
                    handle,
                    change.model(),
                    change.alias(),
                    present.map(ModelAlias::version).orElse(null),
                    change.version(),
                    guarded,
                    change.movedBy(),
                    change.reason());
            if (present.isEmpty() || present.get().version() != change.version()) {
                WebhookStore.tell(
                        handle,
                        WebhookEvent.ALIAS_MOVED,
                        () -> WebhookStore.ofAlias(
                                change.model(),
                                change.alias(),
                                OptionalInt.of(change.version()),
                                present.map(there -> OptionalInt.of(there.version()))
                                        .orElseGet(OptionalInt::empty),
                                revision));
            }
            return handle.createQuery("""
                            insert into model_alias (model, alias, version, revision, protected, moved_by)
                            values (:model, :alias, :version, :revision, :protected, :movedBy)
                            on conflict (model, alias) do update set
                                version = excluded.version, revision = excluded.revision, moved_at = excluded.moved_at,
                                protected = excluded.protected, moved_by = excluded.moved_by
                            returning
                            """ + ALIAS_COLUMNS)
                    .bind("model", change.model())
                    .bind("alias", change.alias())
                    .bind("version", change.version())
                    .bind("revision", revision)
                    .bind("protected", guarded)
                    .bind("movedBy", change.movedBy().orElse(null))
                    .map(ModelStore::alias)
                    .one();
        });
    }

    /**
     * Points an alias to a version without confirming anything, as {@link #moveAlias(AliasChange)} does.
     *
     * @param expectedRevision the revision that the caller saw; 0 when the caller saw none; nothing to move it anyway
     */
    public ModelAlias moveAlias(
            String model,
            String alias,
            int version,
            OptionalLong expectedRevision,
            Optional<String> movedBy,
            Optional<String> reason) {
        return moveAlias(
                new AliasChange(model, alias, version, Optional.empty(), false, expectedRevision, movedBy, reason));
    }

    /**
     * Removes an alias; its history stays.
     *
     * @param confirmed whether the caller knows that it is protected
     * @param expectedRevision the revision that the caller saw; nothing to remove it anyway
     * @throws NotFoundException when there is no such alias
     * @throws RevisionMismatchException when the alias has another revision
     * @throws ProtectedAliasException when it is protected, and that was not confirmed
     */
    public void removeAlias(
            String model,
            String alias,
            boolean confirmed,
            OptionalLong expectedRevision,
            Optional<String> movedBy,
            Optional<String> reason) {
        database.useTransaction(handle -> {
            lockModel(handle, model);
            ModelAlias present = findAlias(handle, model, alias)
                    .orElseThrow(() -> new NotFoundException("the model " + model + " has no alias " + alias));
            requireRevision(model, alias, Optional.of(present), expectedRevision);
            requireConfirmed(Optional.of(present), confirmed);
            long revision = recordMove(handle, model, alias, present.version(), null, false, movedBy, reason);
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

    private static void requireConfirmed(Optional<ModelAlias> present, boolean confirmed) {
        if (!confirmed && present.isPresent() && present.get().guarded()) {
            ModelAlias alias = present.get();
            throw new ProtectedAliasException("the alias " + alias.model() + "@" + alias.alias()
                    + " is protected and points to version " + alias.version()
                    + "; confirm to change it all the same");
        }
    }

    /**
     * Lays a version aside, or takes it back; doing so again changes nothing.
     *
     * @throws NotFoundException when there is no such version
     * @throws ConflictException when an alias points to it
     */
    public ModelVersion archive(String model, int version, boolean archived, Optional<String> by) {
        return database.inTransaction(handle -> {
            lockModel(handle, model);
            ModelVersion present = find(handle, model, version).orElseThrow(() -> missing(model, version));
            if (present.archivedAt().isPresent() == archived) {
                return present;
            }
            if (archived && !present.aliases().isEmpty()) {
                throw new ConflictException("the version " + model + "@" + version + " is pointed to by the alias "
                        + String.join(" and ", present.aliases()) + "; move it first");
            }
            handle.createUpdate("""
                            update model_version set
                                archived_at = case when :archived then now() end, archived_by = :by
                            where model = :model and version = :version""")
                    .bind("archived", archived)
                    .bind("by", archived ? by.orElse(null) : null)
                    .bind("model", model)
                    .bind("version", version)
                    .execute();
            return find(handle, model, version).orElseThrow();
        });
    }

    /**
     * Gives a version a tag; in place of the value that it may have.
     *
     * @throws NotFoundException when there is no such version
     * @throws ConflictException when it has {@link #MOST_TAGS} others
     */
    public ModelVersion tag(String model, int version, String tag, String value, Optional<String> by) {
        return database.inTransaction(handle -> {
            lockModel(handle, model);
            ModelVersion present = find(handle, model, version).orElseThrow(() -> missing(model, version));
            if (value.equals(present.tags().get(tag))) {
                return present;
            }
            if (present.tags().size() >= MOST_TAGS && !present.tags().containsKey(tag)) {
                throw new ConflictException(
                        "the version " + model + "@" + version + " has " + MOST_TAGS + " tags, the most there can be");
            }
            handle.createUpdate("""
                            insert into model_version_tag (model, version, tag, value, tagged_by)
                            values (:model, :version, :tag, :value, :by)
                            on conflict (model, version, tag) do update set
                                value = excluded.value, tagged_at = excluded.tagged_at, tagged_by = excluded.tagged_by""")
                    .bind("model", model)
                    .bind("version", version)
                    .bind("tag", tag)
                    .bind("value", value)
                    .bind("by", by.orElse(null))
                    .execute();
            return find(handle, model, version).orElseThrow();
        });
    }

    /**
     * Takes a tag from a version.
     *
     * @throws NotFoundException when there is no such version, or it has no such tag
     */
    public ModelVersion untag(String model, int version, String tag) {
        return database.inTransaction(handle -> {
            lockModel(handle, model);
            int removed = handle.createUpdate(
                            "delete from model_version_tag where model = :model and version = :version and tag = :tag")
                    .bind("model", model)
                    .bind("version", version)
                    .bind("tag", tag)
                    .execute();
            ModelVersion left = find(handle, model, version).orElseThrow(() -> missing(model, version));
            if (removed == 0) {
                throw new NotFoundException("the version " + model + "@" + version + " has no tag " + tag);
            }
            return left;
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
            boolean guarded,
            Optional<String> movedBy,
            Optional<String> reason) {
        return handle.createQuery("""
                        insert into model_alias_move
                            (model, alias, revision, previous_version, version, protected, reason, moved_by)
                        select :model, :alias, 1 + coalesce(max(revision), 0), :previous, :version, :protected, :reason,
                               :movedBy
                        from model_alias_move where model = :model and alias = :alias
                        returning revision""")
                .bind("model", model)
                .bind("alias", alias)
                .bindByType("previous", previousVersion, Integer.class)
                .bindByType("version", version, Integer.class)
                .bind("protected", guarded)
                .bind("reason", reason.orElse(null))
                .bind("movedBy", movedBy.orElse(null))
                .mapTo(Long.class)
                .one();
    }

    /** The moves of an alias, newest first; a cursor is a revision. */
    public Page<AliasMove> aliasHistory(String model, String alias, PageRequest page) {
        return database.inTransaction(handle -> {
            List<AliasMove> rows = handle.createQuery("""
                            select model, alias, revision, previous_version, version, protected, reason, moved_by, moved_at
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
                            row.getBoolean("protected"),
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
                        model.archivedVersions(),
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
                row.getString("name"),
                row.getInt("latest_version"),
                row.getInt("archived_versions"),
                Columns.instant(row, "created_at"),
                List.of());
    }

    private static ModelAlias alias(ResultSet row, StatementContext context) throws SQLException {
        return new ModelAlias(
                row.getString("model"),
                row.getString("alias"),
                row.getInt("version"),
                row.getLong("revision"),
                row.getBoolean("protected"),
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
                Columns.optionalInstant(row, "archived_at"),
                List.of((String[]) row.getArray("aliases").getArray()),
                tags((String[]) row.getArray("tags").getArray(), (String[])
                        row.getArray("tag_values").getArray()));
    }

    private static SortedMap<String, String> tags(String[] tags, String[] values) {
        SortedMap<String, String> result = new TreeMap<>();
        for (int i = 0; i < tags.length; i++) {
            result.put(tags[i], values[i]);
        }
        return result;
    }
}
