package dev.firn.registry.evaluation;

import static dev.firn.registry.Columns.text;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.registry.Columns;
import dev.firn.registry.Cursor;
import dev.firn.registry.Identifiers;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.StageToken;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;

/** The measurements. */
public final class EvaluationStore {
    private static final String COLUMNS = """
            e.id, e.stage_execution_id, e.model_version_id, e.weights, e.set_name, e.kind, e.query_language,
            e.document_language, e.dimension, e.queries, e.measures, e.created_at,
            (select d.name || '@' || d.version from evaluation_job j join dataset d on d.id = j.dataset_id
             where j.id = e.job_id) as dataset
            """;

    /** Up to here the measurements of a model are gathered; those of more are met soon enough on a way through all. */
    private static final int FEW_VERSIONS = 200;

    /** The ids of a page of a model's measurements: gathered, put in order, cut. */
    private static final String OF_FEW_VERSIONS = """
            with chosen as materialized (
                select id from (
                    select m.id from model_version v join evaluation m on m.model_version_id = v.id
                    where v.model = :model
                    union
                    select m.id
                    from model_version v
                    join stage_execution s on s.run_id = v.run_id
                    join evaluation m on m.stage_execution_id = coalesce(s.reused_from, s.id)
                    where v.model = :model) u
                where cast(:after as uuid) is null or id > :after
                order by id limit :limit)
            """;

    /** Asked of each measurement on the way; as subqueries that cannot be answered for all of a model's versions at once. */
    private static final String IS_OF_MODEL = """
             and (coalesce((select true from model_version v where v.id = e.model_version_id and v.model = :model), false)
                or coalesce((select true from stage_execution s join model_version v on v.run_id = s.run_id
                             where s.id = e.stage_execution_id and v.model = :model limit 1), false)
                or coalesce((select true from stage_execution s join model_version v on v.run_id = s.run_id
                             where s.reused_from = e.stage_execution_id and v.model = :model limit 1), false))
            """;

    private final RegistryDatabase database;

    public EvaluationStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Keeps what a stage execution measured, in the given order and in place of what it may have kept before.
     *
     * @throws dev.firn.registry.StaleFenceException when the writer was replaced
     */
    public void replace(StageToken token, Collection<NewEvaluation> evaluations) {
        database.useTransaction(handle -> {
            token.require(handle);
            handle.createUpdate("delete from evaluation where stage_execution_id = :execution")
                    .bind("execution", token.executionId())
                    .execute();
            insert(handle, Optional.of(token.executionId()), Optional.empty(), Optional.empty(), evaluations);
        });
    }

    /** Keeps what was measured of a model version on its own. */
    public void add(UUID modelVersionId, Collection<NewEvaluation> evaluations) {
        database.useTransaction(
                handle -> insert(handle, Optional.empty(), Optional.of(modelVersionId), Optional.empty(), evaluations));
    }

    static void insert(
            Handle handle,
            Optional<UUID> executionId,
            Optional<UUID> modelVersionId,
            Optional<UUID> jobId,
            Collection<NewEvaluation> evaluations) {
        if (evaluations.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch("""
                insert into evaluation (id, stage_execution_id, model_version_id, job_id, weights, set_name, kind,
                                        query_language, document_language, dimension, queries, measures)
                values (:id, :execution, :version, :job, :weights, :set, :kind,
                        :queryLanguage, :documentLanguage, :dimension, :queries, cast(:measures as jsonb))""");
        for (NewEvaluation evaluation : evaluations) {
            ObjectNode measures = JsonNodeFactory.instance.objectNode();
            evaluation.measures().forEach(measures::put);
            batch.bind("id", Identifiers.next())
                    .bindByType("execution", executionId.orElse(null), UUID.class)
                    .bindByType("version", modelVersionId.orElse(null), UUID.class)
                    .bindByType("job", jobId.orElse(null), UUID.class)
                    .bind("weights", evaluation.weights())
                    .bind("set", evaluation.set())
                    .bind("kind", evaluation.kind())
                    .bind("queryLanguage", evaluation.queryLanguage())
                    .bind("documentLanguage", evaluation.documentLanguage())
                    .bindByType(
                            "dimension",
                            evaluation.dimension().isPresent()
                                    ? evaluation.dimension().getAsInt()
                                    : null,
                            Integer.class)
                    .bind("queries", evaluation.queries())
                    .bind("measures", text(measures))
                    .add();
        }
        batch.execute();
    }

    /** The measurements in the order in which they were kept. */
    public Page<Evaluation> list(EvaluationFilter filter, PageRequest page) {
        return database.inTransaction(handle -> {
            Optional<UUID> after = Cursor.id(page);
            boolean gathered = filter.runId().isEmpty()
                    && filter.model().isPresent()
                    && hasFewVersions(handle, filter.model().get());
            StringBuilder sql = new StringBuilder(gathered ? OF_FEW_VERSIONS : "").append("select " + COLUMNS);
            sql.append(gathered ? " from chosen c join evaluation e on e.id = c.id" : " from evaluation e");
            sql.append(" where true\n");
            if (filter.runId().isPresent()) {
                sql.append("""
                         and e.stage_execution_id in
                            (select coalesce(s.reused_from, s.id) from stage_execution s where s.run_id = :run)
                         """);
            }
            if (filter.model().isPresent() && !gathered) {
                sql.append(IS_OF_MODEL);
            }
            if (after.isPresent()) {
                sql.append(" and e.id > :after");
            }
            sql.append(" order by e.id limit :limit");
            List<Evaluation> rows = handle.createQuery(sql.toString())
                    .configure(SqlStatements.class, statements -> statements.setUnusedBindingAllowed(true))
                    .bindByType("run", filter.runId().orElse(null), UUID.class)
                    .bind("model", filter.model().orElse(null))
                    .bindByType("after", after.orElse(null), UUID.class)
                    .bind("limit", page.limit() + 1)
                    .map(EvaluationStore::evaluation)
                    .list();
            return Page.of(rows, page.limit(), evaluation -> Cursor.of(evaluation.id()));
        });
    }

    /**
     * The measurements of a model version, in the order in which they were kept: those on its own, and those of the run
     * that made it.
     *
     * @param limit how many at most
     */
    public List<Evaluation> ofVersion(UUID modelVersionId, int limit) {
        return database.inTransaction(handle -> handle.createQuery("select " + COLUMNS + """
                         from evaluation e
                        where e.model_version_id = :version or e.stage_execution_id in
                            (select coalesce(s.reused_from, s.id) from stage_execution s
                             join model_version v on v.run_id = s.run_id where v.id = :version)
                        order by e.id limit :limit""")
                .bind("version", modelVersionId)
                .bind("limit", limit)
                .map(EvaluationStore::evaluation)
                .list());
    }

    private static boolean hasFewVersions(Handle handle, String model) {
        return handle.createQuery("""
                        select count(*) <= :few
                        from (select 1 from model_version where model = :model limit :few + 1) v""")
                .bind("model", model)
                .bind("few", FEW_VERSIONS)
                .mapTo(Boolean.class)
                .one();
    }

    private static Evaluation evaluation(ResultSet row, StatementContext context) throws SQLException {
        Map<String, Double> measures = new TreeMap<>();
        JsonNode document = Columns.document(row, "measures");
        document.properties()
                .forEach(measure ->
                        measures.put(measure.getKey(), measure.getValue().asDouble()));
        OptionalLong dimension = Columns.optionalLong(row, "dimension");
        return new Evaluation(
                Columns.id(row, "id"),
                Columns.optionalId(row, "stage_execution_id"),
                Columns.optionalId(row, "model_version_id"),
                Columns.optionalText(row, "dataset"),
                new NewEvaluation(
                        row.getString("weights"),
                        row.getString("set_name"),
                        row.getString("kind"),
                        row.getString("query_language"),
                        row.getString("document_language"),
                        dimension.isPresent()
                                ? OptionalInt.of(Math.toIntExact(dimension.getAsLong()))
                                : OptionalInt.empty(),
                        row.getInt("queries"),
                        measures),
                Columns.instant(row, "created_at"));
    }
}
