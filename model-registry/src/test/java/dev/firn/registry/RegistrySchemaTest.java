package dev.firn.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.postgresql.ds.PGSimpleDataSource;

@ExtendWith(TestRegistry.Extension.class)
class RegistrySchemaTest {
    @Test
    void migratingAgainChangesNothing(TestRegistry registry) {
        long before = registry.count("select count(*) from flyway_schema_history");

        RegistrySchema.migrate(registry.dataSource());

        assertThat(registry.count("select count(*) from flyway_schema_history")).isEqualTo(before);
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
