package dev.firn.registry.study;

import static dev.firn.registry.Columns.text;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.registry.Columns;
import dev.firn.registry.ConflictException;
import dev.firn.registry.Cursor;
import dev.firn.registry.Idempotency;
import dev.firn.registry.Identifiers;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.run.RunState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;

/** The studies. */
public final class StudyStore {
    private static final String COLUMNS =
            "id, name, kind, state, specification, parallelism, requested_by, created_at, finished_at";

    private final RegistryDatabase database;

    public StudyStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Creates a study in state {@code RUNNING} with its planned runs, all or nothing.
     *
     * @throws ConflictException when the idempotency key was used with another body
     */
    public CreatedStudy create(NewStudy request) {
        return database.inTransaction(handle -> {
            UUID id = Identifiers.next();
            Optional<Study> created = Idempotency.bind(handle.createQuery("""
                            insert into study (id, name, kind, workflow_id, specification, parallelism,
                                               idempotency_key, body_digest, requested_by)
                            values (:id, :name, :kind, :workflowId, cast(:specification as jsonb), :parallelism,
                                    :idempotencyKey, :bodyDigest, :requestedBy)
                            on conflict on constraint study_idempotency_key do nothing
                            returning
                            """ + COLUMNS), request.idempotency())
                    .bind("id", id)
                    .bind("name", request.name())
                    .bind("kind", request.kind())
                    .bind("workflowId", "study-" + id)
                    .bind("specification", text(request.specification()))
                    .bind("parallelism", request.parallelism())
                    .bind("requestedBy", request.requestedBy().orElse(null))
                    .map(StudyStore::study)
                    .findOne();
            if (created.isEmpty()) {
                return new CreatedStudy(
                        find(handle, request.idempotency().orElseThrow().earlier(handle, "study"))
                                .orElseThrow(),
                        false);
            }
            insertRuns(handle, id, request.runs());
            return new CreatedStudy(created.get(), true);
        });
    }

    private static void insertRuns(Handle handle, UUID studyId, List<NewStudy.PlannedRun> runs) {
        if (runs.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch("""
                insert into study_run (study_id, position, label, coordinates, specification, stage_keys, languages,
                                       continues)
                values (:study, :position, :label, cast(:coordinates as jsonb), cast(:specification as jsonb),
                        cast(:keys as jsonb), cast(:languages as jsonb), :continues)""");
        for (int position = 0; position < runs.size(); position++) {
            NewStudy.PlannedRun run = runs.get(position);
            ObjectNode keys = JsonNodeFactory.instance.objectNode();
            new TreeMap<>(run.stageKeys()).forEach(keys::put);
            ArrayNode languages = JsonNodeFactory.instance.arrayNode();
            new TreeSet<>(run.languages()).forEach(languages::add);
            batch.bind("study", studyId)
                    .bind("position", position)
                    .bind("label", run.label())
                    .bind("coordinates", text(run.coordinates()))
                    .bind("specification", text(run.specification()))
                    .bind("keys", text(keys))
                    .bind("languages", text(languages))
                    .bindByType("continues", run.continues().orElse(null), Integer.class)
                    .add();
        }
        batch.execute();
    }

    /** The study with this id. */
    public Optional<Study> find(UUID id) {
        return database.inTransaction(handle -> find(handle, id));
    }

    private static Optional<Study> find(Handle handle, UUID id) {
        return handle.createQuery("select " + COLUMNS + " from study where id = :id")
                .bind("id", id)
                .map(StudyStore::study)
                .findOne();
    }

    /**
     * The study.
     *
     * @throws NotFoundException when there is none with this id
     */
    public Study get(UUID id) {
        return find(id).orElseThrow(() -> missing(id));
    }

    /** The studies, newest first. */
    public Page<Study> list(PageRequest page) {
        return database.inTransaction(handle -> {
            Optional<UUID> before = Cursor.id(page);
            List<Study> rows = handle.createQuery("select " + COLUMNS + " from study"
                            + (before.isPresent() ? " where id < :before" : "") + " order by id desc limit :limit")
                    .configure(SqlStatements.class, statements -> statements.setUnusedBindingAllowed(true))
                    .bindByType("before", before.orElse(null), UUID.class)
                    .bind("limit", page.limit() + 1)
                    .map(StudyStore::study)
                    .list();
            return Page.of(rows, page.limit(), study -> Cursor.of(study.id()));
        });
    }

    /** The studies that have not ended, oldest first: what reconciliation goes through. */
    public Page<Study> unfinished(PageRequest page) {
        return database.inTransaction(handle -> {
            List<Study> rows = handle.createQuery(
                            "select " + COLUMNS
                                    + " from study where state in ('RUNNING', 'STOPPING') and id > :after order by id limit :limit")
                    .bind("after", Cursor.id(page).orElse(new UUID(0, 0)))
                    .bind("limit", page.limit() + 1)
                    .map(StudyStore::study)
                    .list();
            return Page.of(rows, page.limit(), study -> Cursor.of(study.id()));
        });
    }

    /** A study's runs in their order, as they stand. */
    public List<StudyRun> runs(UUID studyId) {
        return database.inTransaction(handle -> handle.createQuery("""
                        select s.position, s.label, s.coordinates, s.specification, s.stage_keys, s.languages, s.continues,
                               s.run_id, s.failure, s.again, r.state
                        from study_run s left join run r on r.id = s.run_id
                        where s.study_id = :study order by s.position""")
                .bind("study", studyId)
                .map(StudyStore::run)
                .list());
    }

    /** How many runs each study has, by what has become of them; a study without runs is missing. */
    public Map<UUID, StudyCounts> counts(Collection<UUID> studyIds) {
        return database.inTransaction(handle -> {
            Map<UUID, StudyCounts> counts = new LinkedHashMap<>();
            handle.createQuery("""
                            with each as materialized (
                                select s.study_id, s.failure, (select r.state from run r where r.id = s.run_id) as state
                                from study_run s where s.study_id = any(:ids))
                            select study_id, count(*) as runs,
                                   count(*) filter (where state = 'SUCCEEDED') as succeeded,
                                   count(*) filter (where state = 'FAILED' or failure is not null) as failed,
                                   count(*) filter (where state = 'CANCELLED') as cancelled,
                                   count(*) filter (where state in ('QUEUED', 'RUNNING', 'PAUSED', 'STOPPING')) as unfinished
                            from each group by study_id""")
                    .bindArray("ids", UUID.class, List.copyOf(studyIds))
                    .map((row, context) -> counts.put(
                            Columns.id(row, "study_id"),
                            new StudyCounts(
                                    row.getInt("runs"),
                                    row.getInt("succeeded"),
                                    row.getInt("failed"),
                                    row.getInt("cancelled"),
                                    row.getInt("unfinished"))))
                    .list();
            return counts;
        });
    }

    /** The study that a run belongs to. */
    public Optional<UUID> ofRun(UUID runId) {
        return database.inTransaction(handle -> handle.createQuery(
                        "select study_id from study_run where run_id = :run order by study_id limit 1")
                .bind("run", runId)
                .mapTo(UUID.class)
                .findOne());
    }

    /** Records that a planned run is under way as this run. */
    public void submitted(UUID studyId, int position, UUID runId) {
        change(
                "update study_run set run_id = :run, again = false, failure = null where study_id = :study and position = :position",
                studyId,
                position,
                runId,
                null);
    }

    /** Records that a planned run could not be submitted. */
    public void refused(UUID studyId, int position, String failure) {
        change(
                "update study_run set failure = :failure, again = false where study_id = :study and position = :position",
                studyId,
                position,
                null,
                failure);
    }

    private void change(String sql, UUID studyId, int position, UUID runId, String failure) {
        database.useTransaction(handle -> handle.createUpdate(sql)
                .configure(SqlStatements.class, statements -> statements.setUnusedBindingAllowed(true))
                .bind("study", studyId)
                .bind("position", position)
                .bindByType("run", runId, UUID.class)
                .bind("failure", failure)
                .execute());
    }

    /**
     * Asks a study to stop. Asking again changes nothing.
     *
     * @throws ConflictException when it has ended
     * @throws NotFoundException when there is no such study
     */
    public Study stop(UUID id) {
        return database.inTransaction(handle -> {
            if (move(handle, id, Set.of(StudyState.RUNNING), StudyState.STOPPING) == 0) {
                Study present = find(handle, id).orElseThrow(() -> missing(id));
                if (present.state() != StudyState.STOPPING) {
                    throw new ConflictException(
                            "study " + id + " is " + present.state() + "; only one that is RUNNING can stop");
                }
            }
            return find(handle, id).orElseThrow(() -> missing(id));
        });
    }

    /**
     * Lets a study that has ended go on: what was not submitted is to be submitted, and runs that failed or were cancelled are to
     * begin again where they ended.
     *
     * @throws ConflictException when it has not ended, or all of its runs have succeeded
     * @throws NotFoundException when there is no such study
     */
    public Study resume(UUID id) {
        return database.inTransaction(handle -> {
            int moved = move(handle, id, Set.of(StudyState.STOPPED, StudyState.FINISHED), StudyState.RUNNING);
            Study present = find(handle, id).orElseThrow(() -> missing(id));
            if (moved == 0) {
                throw new ConflictException(
                        "study " + id + " is " + present.state() + "; only one that is STOPPED or FINISHED can go on");
            }
            handle.createUpdate("update study_run set failure = null where study_id = :study and run_id is null")
                    .bind("study", id)
                    .execute();
            handle.createUpdate("""
                            update study_run set again = true, failure = null
                            where study_id = :study and run_id in (select id from run where state in ('FAILED', 'CANCELLED'))""").bind("study", id).execute();
            boolean nothingLeft = handle.createQuery("""
                            select not exists (select 1 from study_run s left join run r on r.id = s.run_id
                                where s.study_id = :study and (r.state is null or r.state <> 'SUCCEEDED'))""")
                    .bind("study", id)
                    .mapTo(Boolean.class)
                    .one();
            if (nothingLeft) {
                throw new ConflictException("study " + id + " has nothing left to do: all of its runs have succeeded");
            }
            return present;
        });
    }

    /** Ends a study that is under way; one that has ended stays as it is. */
    public void end(UUID id, StudyState state) {
        if (!state.ended()) {
            throw new IllegalArgumentException(state + " is no end");
        }
        database.useTransaction(handle -> move(handle, id, Set.of(StudyState.RUNNING, StudyState.STOPPING), state));
    }

    private static int move(Handle handle, UUID id, Set<StudyState> from, StudyState to) {
        return handle.createUpdate("""
                        update study set state = :to, finished_at = case when :ended then now() end
                        where id = :id and state = any(:from)""")
                .bind("id", id)
                .bind("to", to.name())
                .bind("ended", to.ended())
                .bindArray(
                        "from",
                        String.class,
                        from.stream().map(StudyState::name).toList())
                .execute();
    }

    private static NotFoundException missing(UUID id) {
        return new NotFoundException("there is no study " + id);
    }

    private static Study study(ResultSet row, StatementContext context) throws SQLException {
        return new Study(
                Columns.id(row, "id"),
                row.getString("name"),
                row.getString("kind"),
                StudyState.valueOf(row.getString("state")),
                Columns.document(row, "specification"),
                row.getInt("parallelism"),
                Columns.optionalText(row, "requested_by"),
                Columns.instant(row, "created_at"),
                Columns.optionalInstant(row, "finished_at"));
    }

    private static StudyRun run(ResultSet row, StatementContext context) throws SQLException {
        Map<String, String> keys = new TreeMap<>();
        for (Map.Entry<String, JsonNode> key :
                Columns.document(row, "stage_keys").properties()) {
            keys.put(key.getKey(), key.getValue().asText());
        }
        Set<String> languages = new LinkedHashSet<>();
        Columns.document(row, "languages").forEach(language -> languages.add(language.asText()));
        OptionalLong continues = Columns.optionalLong(row, "continues");
        return new StudyRun(
                row.getInt("position"),
                new NewStudy.PlannedRun(
                        row.getString("label"),
                        Columns.document(row, "coordinates"),
                        Columns.document(row, "specification"),
                        keys,
                        languages,
                        continues.isPresent() ? Optional.of(Math.toIntExact(continues.getAsLong())) : Optional.empty()),
                Columns.optionalId(row, "run_id"),
                Columns.optionalText(row, "state").map(RunState::valueOf),
                Columns.optionalText(row, "failure"),
                row.getBoolean("again"));
    }
}
