package dev.firn.registry.lineage;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Columns;
import dev.firn.registry.Digest;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.StageToken;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.StatementContext;

/** The edges between digests. */
public final class LineageStore {
    private static final String SELECT = """
            select e.input, e.output, e.relation, e.stage_execution_id, s.run_id, s.stage
            from lineage_edge e left join stage_execution s on s.id = e.stage_execution_id
            """;

    private final RegistryDatabase database;

    public LineageStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Records that a stage made each output from each input. Recording it again changes nothing.
     *
     * @throws dev.firn.registry.StaleFenceException when the writer was replaced
     */
    public void record(StageToken token, Collection<LineageInput> inputs, Collection<Digest> outputs) {
        if (inputs.isEmpty() || outputs.isEmpty()) {
            return;
        }
        database.useTransaction(handle -> {
            token.require(handle);
            PreparedBatch batch = handle.prepareBatch("""
                    insert into lineage_edge (output, input, relation, stage_execution_id)
                    values (:output, :input, :relation, :execution)
                    on conflict on constraint lineage_edge_once do nothing""");
            for (Digest output : outputs) {
                for (LineageInput input : inputs) {
                    batch.bind("output", output)
                            .bind("input", input.digest())
                            .bind("relation", input.relation())
                            .bind("execution", token.executionId())
                            .add();
                }
            }
            batch.execute();
        });
    }

    /** Records that something was made from each input outside of any stage. Recording it again changes nothing. */
    public void record(Digest output, Collection<LineageInput> inputs) {
        database.useTransaction(handle -> {
            PreparedBatch batch = handle.prepareBatch("""
                    insert into lineage_edge (output, input, relation) values (:output, :input, :relation)
                    on conflict on constraint lineage_edge_once do nothing""");
            for (LineageInput input : inputs) {
                batch.bind("output", output)
                        .bind("input", input.digest())
                        .bind("relation", input.relation())
                        .add();
            }
            batch.execute();
        });
    }

    /** Gives a file from outside a name for people; the first name stays. */
    public void nameExternal(Digest digest, String kind, String name) {
        database.useTransaction(handle -> handle.createUpdate("""
                        insert into external_input (digest, kind, name) values (:digest, :kind, :name)
                        on conflict (digest) do nothing""")
                .bind("digest", digest)
                .bind("kind", kind)
                .bind("name", name)
                .execute());
    }

    /** What the digest is, when it is known. */
    public Optional<LineageNode> node(Digest digest) {
        return database.inTransaction(handle -> handle.createQuery("""
                        select kind, kind as name, false as external from artifact where digest = :digest
                        union all
                        select kind, name, true from external_input where digest = :digest
                        limit 1""")
                .bind("digest", digest)
                .map((row, context) -> new LineageNode(
                        digest, row.getString("kind"), row.getString("name"), row.getBoolean("external")))
                .findOne());
    }

    /** The edges to what the digest was made from, oldest first, at most so many. */
    public List<LineageEdge> inputs(Digest output, int limit) {
        return edges(SELECT + " where e.output = :digest order by e.id limit :limit", output, limit);
    }

    /** The edges to what was made from the digest, oldest first, at most so many. */
    public List<LineageEdge> outputs(Digest input, int limit) {
        return edges(SELECT + " where e.input = :digest order by e.id limit :limit", input, limit);
    }

    /** The edges of everything that went into the digest, however far back, at most so many. */
    public List<LineageEdge> ancestry(Digest digest, int limit) {
        return edges(
                """
                with recursive ancestor (digest) as (
                    select cast(:digest as bytea)
                    union
                    select e.input from lineage_edge e join ancestor a on e.output = a.digest
                )
                """ + SELECT + " where e.output in (select digest from ancestor) order by e.id limit :limit",
                digest,
                limit);
    }

    private List<LineageEdge> edges(String sql, Digest digest, int limit) {
        return database.inTransaction(handle -> handle.createQuery(sql)
                .bind("digest", digest)
                .bind("limit", limit)
                .map(LineageStore::edge)
                .list());
    }

    /**
     * What came into a run from elsewhere: files from outside, and folders that none of its stages made or took over, at most
     * so many.
     */
    public List<LineageNode> sourcesOf(UUID runId, int limit) {
        return database.inTransaction(handle -> handle.createQuery("""
                        with execution as (
                            select coalesce(reused_from, id) as id from stage_execution where run_id = :run
                        ), source as (
                            select distinct e.input from lineage_edge e
                            where e.stage_execution_id in (select id from execution)
                              and not exists (
                                select 1 from stage_output o
                                where o.artifact = e.input and o.stage_execution_id in (select id from execution))
                              and not exists (
                                select 1 from checkpoint c
                                where c.artifact = e.input and c.stage_execution_id in (select id from execution))
                        )
                        select s.input, coalesce(x.kind, a.kind, 'file') as kind, coalesce(x.name, a.kind, 'file') as name,
                               x.digest is not null as external
                        from source s
                        left join external_input x on x.digest = s.input
                        left join artifact a on a.digest = s.input
                        order by external, kind, name limit :limit""")
                .bind("run", runId)
                .bind("limit", limit)
                .map((row, context) -> new LineageNode(
                        Columns.digest(row, "input"),
                        row.getString("kind"),
                        row.getString("name"),
                        row.getBoolean("external")))
                .list());
    }

    /** The stage executions that gave the artifact, oldest first, at most so many. */
    public List<Producer> producers(Digest artifact, int limit) {
        return database.inTransaction(handle -> handle.createQuery("""
                        select s.id, s.run_id, s.stage, o.name
                        from stage_output o join stage_execution s on s.id = o.stage_execution_id
                        where o.artifact = :artifact and s.state = 'SUCCEEDED' order by s.id limit :limit""")
                .bind("artifact", artifact)
                .bind("limit", limit)
                .map((row, context) -> new Producer(
                        Columns.id(row, "id"),
                        Columns.id(row, "run_id"),
                        row.getString("stage"),
                        row.getString("name")))
                .list());
    }

    /** The runs that read what the digest is of, the newest first, at most so many. */
    public List<RunUse> uses(Digest input, int limit) {
        return database.inTransaction(handle -> handle.createQuery("""
                        select distinct on (u.run_id) u.run_id, r.name, r.state, u.stage
                        from (
                            select s.run_id, s.stage, s.position
                            from lineage_edge e join stage_execution s on s.id = e.stage_execution_id
                            where e.input = :digest
                            union all
                            select s.run_id, s.stage, s.position
                            from lineage_edge e join stage_execution s on s.reused_from = e.stage_execution_id
                            where e.input = :digest) u
                        join run r on r.id = u.run_id
                        order by u.run_id desc, u.position limit :limit""")
                .bind("digest", input)
                .bind("limit", limit)
                .map((row, context) -> new RunUse(
                        Columns.id(row, "run_id"),
                        row.getString("name"),
                        row.getString("state"),
                        row.getString("stage")))
                .list());
    }

    private static LineageEdge edge(ResultSet row, StatementContext context) throws SQLException {
        return new LineageEdge(
                Columns.digest(row, "input"),
                Columns.digest(row, "output"),
                row.getString("relation"),
                Columns.optionalId(row, "stage_execution_id"),
                Columns.optionalId(row, "run_id"),
                Columns.optionalText(row, "stage"));
    }
}
