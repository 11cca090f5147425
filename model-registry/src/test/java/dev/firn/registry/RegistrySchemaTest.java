package dev.firn.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import dev.firn.registry.run.ShardStore;
import dev.firn.registry.run.StageState;
import dev.firn.registry.run.StageStore;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

@ExtendWith(TestRegistry.Extension.class)
class RegistrySchemaTest {
    @Test
    void migratingAgainChangesNothing(TestRegistry registry) {
        long before = registry.count("select count(*) from flyway_schema_history");

        RegistrySchema.migrate(registry.dataSource());

        assertThat(registry.count("select count(*) from flyway_schema_history")).isEqualTo(before);
    }

    /** What a released Firn left in its database goes on in a newer one. */
    @ParameterizedTest
    @ValueSource(strings = {"1", "2", "3", "4", "5"})
    void aDatabaseOfAnEarlierSchemaKeepsItsDataAndTakesTheNewestOnes(String version, TestRegistry registry)
            throws Exception {
        String name = "schema_" + version;
        try (Connection connection = registry.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
        }
        PGSimpleDataSource dataSource = registry.dataSource();
        dataSource.setDatabaseName(name);
        RegistrySchema.migrate(dataSource, version);
        UUID run = Identifiers.next();
        UUID stage = Identifiers.next();
        UUID checkpoint = Identifiers.next();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            assertThat(RegistrySchema.version(statement)).isEqualTo(version);
            statement.execute("insert into run (id, name, state, workflow_id, specification) values ('" + run
                    + "', 'old', 'RUNNING', 'run-" + run + "', '{\"specVersion\": 1}')");
            statement.execute(
                    "insert into stage_execution (id, run_id, stage, position, state, stage_key, fence) values ('"
                            + stage + "', '" + run + "', 'pretrain', 3, 'RUNNING', 'key', 2)");
            statement.execute("insert into stage_attempt (stage_execution_id, fence, worker) values ('" + stage
                    + "', 2, 'host')");
            statement.execute("insert into blob (digest, bytes, state) values (sha256('manifest'), 8, 'STORED')");
            statement.execute(
                    "insert into artifact (digest, kind, bytes, files) values (sha256('manifest'), 'checkpoint', 5, 1)");
            statement.execute(
                    "insert into checkpoint (id, run_id, stage_execution_id, stage, step, artifact, format_version, fence)"
                            + " values ('" + checkpoint + "', '" + run + "', '" + stage
                            + "', 'pretrain', 40, sha256('manifest'), 1, 2)");
            statement.execute("insert into event (run_id, stage, type, message) values ('" + run
                    + "', 'pretrain', 'log', 'it began')");
        }

        RegistrySchema.migrate(dataSource);

        RegistryDatabase database = new RegistryDatabase(dataSource);
        assertThat(new RunStore(database).get(run).state()).isEqualTo(RunState.RUNNING);
        assertThat(new StageStore(database).get(run, "pretrain").attempts()).isEqualTo(1);
        assertThat(new CheckpointStore(database)
                        .newestUsable(stage)
                        .orElseThrow()
                        .id())
                .isEqualTo(checkpoint);
        assertThat(new EventStore(database).after(run, 0, 10)).hasSize(1);
        StageToken token = new StageStore(database).begin(run, "pretrain", "key", "newer", Optional.empty());
        assertThat(token.fence()).isEqualTo(3);
        new ShardStore(database).divide(token, "a", List.of(List.of(1L)));
        new StageStore(database).finish(token, List.of());
        assertThat(new StageStore(database).get(run, "pretrain").state()).isEqualTo(StageState.SUCCEEDED);
    }

    @Test
    void everyForeignKeyHasAnIndexThatStartsWithItsFirstColumn(TestRegistry registry) {
        // without one, deleting a referenced row reads the whole referencing table
        long unserved = registry.count("""
                select count(*) from pg_constraint c
                where c.contype = 'f' and c.connamespace = cast('public' as regnamespace) and not exists (
                    select 1 from pg_index i
                    where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])""");

        assertThat(unserved).isZero();
    }

    @Test
    void saysWhatToDoWhenTheDatabaseDoesNotAnswer() {
        PGSimpleDataSource nowhere = new PGSimpleDataSource();
        nowhere.setUrl("jdbc:postgresql://127.0.0.1:1/firn");

        assertThatThrownBy(() -> new RegistryDatabase(nowhere).check())
                .isInstanceOf(RegistryUnavailableException.class)
                .hasMessageContaining("FIRN_POSTGRES_URL");
    }

    @Test
    void exclusiveWorkIsDoneByOneAtATime(TestRegistry registry) throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            Future<Boolean> first = executor.submit(() -> registry.database().tryExclusively("work", () -> {
                inside.countDown();
                try {
                    leave.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }));
            inside.await();
            assertThat(registry.database().tryExclusively("work", () -> {})).isFalse();
            assertThat(registry.database().tryExclusively("other work", () -> {}))
                    .isTrue();
            leave.countDown();
            assertThat(first.get()).isTrue();
            assertThat(registry.database().tryExclusively("work", () -> {})).isTrue();
        }
    }
}
