package dev.firn.registry.queue;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.Columns;
import dev.firn.registry.RegistryDatabase;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** The workers that are there. The clock is the database's alone. */
public final class WorkerStore {
    /** A worker that was not seen for so long is taken for dead. */
    public static final Duration ABSENT_AFTER = Duration.ofSeconds(20);

    private final RegistryDatabase database;

    public WorkerStore(RegistryDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /**
     * Says that a worker is there. To be called several times within {@link #ABSENT_AFTER}.
     *
     * @param memoryBytes what it has in all, above 0
     */
    public void seen(UUID id, String identity, String computeClass, long memoryBytes) {
        database.useTransaction(handle -> {
            handle.createUpdate("""
                            insert into worker (id, identity, compute_class, memory_bytes)
                            values (:id, :identity, :computeClass, :memoryBytes)
                            on conflict (id) do update set seen_at = now()""")
                    .bind("id", id)
                    .bind("identity", identity)
                    .bind("computeClass", computeClass)
                    .bind("memoryBytes", memoryBytes)
                    .execute();
            handle.execute("delete from worker where seen_at < now() - interval '1 day'");
        });
    }

    /** Says that a worker goes. */
    public void gone(UUID id) {
        database.useTransaction(handle -> handle.createUpdate("delete from worker where id = :id")
                .bind("id", id)
                .execute());
    }

    /** The workers that are there, oldest first. */
    public List<Worker> present() {
        return database.inTransaction(WorkerStore::present);
    }

    static List<Worker> present(Handle handle) {
        return handle.createQuery("""
                        select id, identity, compute_class, memory_bytes, started_at, seen_at from worker
                        where seen_at > now() - make_interval(secs => :seconds) order by started_at, id""")
                .bind("seconds", (double) ABSENT_AFTER.toSeconds())
                .map((row, context) -> new Worker(
                        Columns.id(row, "id"),
                        row.getString("identity"),
                        row.getString("compute_class"),
                        row.getLong("memory_bytes"),
                        Columns.instant(row, "started_at"),
                        Columns.instant(row, "seen_at")))
                .list();
    }
}
