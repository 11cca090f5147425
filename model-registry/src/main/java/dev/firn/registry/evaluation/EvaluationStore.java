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
            e.document_language, e.dimension, e.queries, e.measures, e.created_at
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
            insert(handle, Optional.of(token.executionId()), Optional.empty(), evaluations);
        });
    }

    /** Keeps what was measured of a model version on its own. */
    public void add(UUID modelVersionId, Collection<NewEvaluation> evaluations) {
        database.useTransaction(handle -> insert(handle, Optional.empty(), Optional.of(modelVersionId), evaluations));
    }

    private static void insert(
            Handle handle,
            Optional<UUID> executionId,
            Optional<UUID> modelVersionId,
            Collection<NewEvaluation> evaluations) {
        if (evaluations.isEmpty()) {
            return;
        }
        PreparedBatch batch = handle.prepareBatch("""
                insert into evaluation (id, stage_execution_id, model_version_id, weights, set_name, kind,
                                        query_language, document_language, dimension, queries, measures)
                values (:id, :execution, :version, :weights, :set, :kind,
                        :queryLanguage, :documentLanguage, :dimension, :queries, cast(:measures as jsonb))""");
        for (NewEvaluation evaluation : evaluations) {
            ObjectNode measures = JsonNodeFactory.instance.objectNode();
            evaluation.measures().forEach(measures::put);
            batch.bind("id", Identifiers.next())
                    .bindByType("execution", executionId.orElse(null), UUID.class)
                    .bindByType("version", modelVersionId.orElse(null), UUID.class)
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
            StringBuilder sql = new StringBuilder("select " + COLUMNS + " from evaluation e where true\n");
            if (filter.runId().isPresent()) {
                sql.append("""
                         and e.stage_execution_id in
                            (select coalesce(s.reused_from, s.id) from stage_execution s where s.run_id = :run)
                         """);
            }
            if (filter.model().isPresent()) {
                sql.append("""
                         and (e.model_version_id in (select v.id from model_version v where v.model = :model)
                            or e.stage_execution_id in
                                (select coalesce(s.reused_from, s.id) from stage_execution s
                                 join model_version v on v.run_id = s.run_id where v.model = :model))
                         """);
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
