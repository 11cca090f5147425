package dev.firn.activities;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.embedded.EmbeddedPostgres;
import dev.firn.embedded.EmbeddedServices;
import dev.firn.registry.Identifiers;
import dev.firn.registry.RegistryDatabase;
import dev.firn.registry.RegistrySchema;
import dev.firn.registry.queue.Worker;
import dev.firn.registry.queue.WorkerStore;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerPresenceTest {
    private static final long OWN = ProcessHandle.current().pid();

    @TempDir
    static Path folder;

    private static EmbeddedPostgres postgres;
    private static RegistryDatabase database;
    private WorkerStore workers;

    @BeforeAll
    static void startDatabase() {
        postgres = EmbeddedPostgres.start(folder.resolve("postgres"), EmbeddedServices.defaultCache(), 0, "secret");
        DataSource dataSource = TestBed.dataSource(postgres.address());
        RegistrySchema.migrate(dataSource);
        database = new RegistryDatabase(dataSource);
    }

    @AfterAll
    static void stopDatabase() {
        postgres.close();
    }

    @BeforeEach
    void noWorkers() {
        workers = new WorkerStore(database);
        workers.present().forEach(worker -> workers.gone(worker.id()));
    }

    @Test
    void aWorkerTakesThePlaceOfOneOfItsHostThatDied() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        assertThat(dead.waitFor()).isZero();
        seen(dead.pid() + "@here");

        assertThat(presentOnceStarted(OWN + "@here")).containsExactly(OWN + "@here");
    }

    @Test
    void aWorkerTakesThePlaceOfOneThatHadItsNumberAsInAContainerThatWasStartedAgain() {
        seen(OWN + "@here");

        assertThat(presentOnceStarted(OWN + "@here")).containsExactly(OWN + "@here");
    }

    @Test
    void workersThatLiveOrAreOfOtherHostsOrDoNotTellStay() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        assertThat(dead.waitFor()).isZero();
        String living = ProcessHandle.current().parent().orElseThrow().pid() + "@here";
        seen(living);
        seen(dead.pid() + "@there");
        seen("somebody");

        assertThat(presentOnceStarted(OWN + "@here"))
                .containsExactlyInAnyOrder(living, dead.pid() + "@there", "somebody", OWN + "@here");
    }

    private void seen(String identity) {
        workers.seen(Identifiers.next(), identity, "cpu", 1);
    }

    private Iterable<String> presentOnceStarted(String identity) {
        try (WorkerPresence presence = new WorkerPresence(workers, identity, "cpu")) {
            presence.start();
            return workers.present().stream().map(Worker::identity).toList();
        }
    }
}
