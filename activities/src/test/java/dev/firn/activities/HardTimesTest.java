package dev.firn.activities;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.embedded.EmbeddedObjectStore;
import dev.firn.embedded.EmbeddedPostgres;
import dev.firn.embedded.EmbeddedServices;
import dev.firn.embedded.ExternalServices;
import dev.firn.registry.PageRequest;
import dev.firn.registry.RegistryUnavailableException;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.CheckpointFilter;
import dev.firn.registry.event.Event;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.StageExecution;
import dev.firn.registry.run.StageOutput;
import dev.firn.registry.run.StageState;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run does while its database or its object store is away, and while there is no room. */
class HardTimesTest {
    private static final String STAGE = "initialise";
    /** Beside what prepare makes. A collection is then needed from the third on, since one is kept while the next is written. */
    private static final long ROOM_FOR_TWO_CHECKPOINTS = 2_500_000;

    @TempDir
    Path folder;

    private String specification;
    private int postgresPort;
    private int storePort;
    private EmbeddedPostgres postgres;
    private EmbeddedObjectStore store;
    private TestBed firn;

    @BeforeEach
    void startServices() throws IOException {
        specification =
                SmallData.write(Files.createDirectories(folder.resolve("data")), SmallData.FEW_PAIRS_PER_LANGUAGE)
                                .replace("steps: 40, batchSize: 16", "steps: 2000, batchSize: 16")
                                .replace(
                                        "learningRate: 1e-3, checkpoints: {everySteps: 10}",
                                        "learningRate: 1e-3, checkpoints: {everySteps: 50, keepLast: 1}")
                        + "reuse: false\n";
        postgresPort = freePort();
        storePort = freePort();
        startPostgres();
        startStore();
    }

    @AfterEach
    void stopServices() {
        firn.close();
        store.close();
        postgres.close();
    }

    @Test
    void aDatabaseAndThenAStoreThatGoAwayCostARetryAndNotTheRun() {
        firn = firn(OptionalLong.empty());
        UUID undisturbed = submit();
        UUID disturbed;
        await(() -> stage(undisturbed).state() == StageState.SUCCEEDED);
        List<StageOutput> expected = stage(undisturbed).outputs();
        firn.control.cancel(undisturbed, Optional.empty());
        firn.ended(undisturbed);

        disturbed = submit();
        await(() -> !checkpoints(disturbed).isEmpty());
        postgres.close();
        startPostgres();
        await(() -> stage(disturbed).attempts() > 1);
        int attempts = stage(disturbed).attempts();
        store.close();
        await(() -> stage(disturbed).attempts() > attempts);
        startStore();
        await(() -> stage(disturbed).state() == StageState.SUCCEEDED);

        assertThat(stage(disturbed).outputs()).isEqualTo(expected);
        assertThat(firn.state(disturbed)).isEqualTo(RunState.RUNNING);
        firn.control.cancel(disturbed, Optional.empty());
        firn.ended(disturbed);
    }

    @Test
    void aRunThatFindsNoRoomWaitsAndSaysSoAndGoesOnWhenThereIsRoomWithoutComputingAnythingAgain() {
        firn = firn(OptionalLong.of(ROOM_FOR_TWO_CHECKPOINTS));
        UUID run = submit();

        await(() -> events(run).stream().anyMatch(event -> event.type().equals("storage")));
        Event waiting = events(run).stream()
                .filter(event -> event.type().equals("storage"))
                .findFirst()
                .orElseThrow();
        assertThat(waiting.message()).contains("waits for room", "FIRN_STORAGE_QUOTA", "firn gc");
        assertThat(firn.state(run)).isEqualTo(RunState.RUNNING);
        await(() -> stage(run)
                .progress()
                .map(progress -> progress.path("message").asText())
                .orElse("")
                .startsWith("waiting for room"));

        await(() -> {
            firn.collector.collect(Duration.ofHours(1), false);
            return stage(run).state() == StageState.SUCCEEDED;
        });

        assertThat(stage(run).attempts()).isEqualTo(1);
        assertThat(events(run))
                .filteredOn(event -> event.type().equals("storage"))
                .extracting(event -> event.data().path("waiting").asBoolean())
                .startsWith(true, false);
        firn.control.cancel(run, Optional.empty());
        firn.ended(run);
    }

    @Test
    void aRunThatWaitsForRoomIsCancelledAtOnce() {
        firn = firn(OptionalLong.of(ROOM_FOR_TWO_CHECKPOINTS));
        UUID run = submit();
        await(() -> events(run).stream().anyMatch(event -> event.type().equals("storage")));

        firn.control.cancel(run, Optional.empty());

        assertThat(firn.ended(run).state()).isEqualTo(RunState.CANCELLED);
    }

    private void startPostgres() {
        postgres = EmbeddedPostgres.start(
                folder.resolve("postgres"), EmbeddedServices.defaultCache(), postgresPort, "secret");
    }

    private void startStore() {
        store = EmbeddedObjectStore.start(folder.resolve("s3"), storePort, "key", "secret", "firn");
    }

    private TestBed firn(OptionalLong quota) {
        return new TestBed(
                folder.resolve("home"),
                new ExternalServices(Optional.of(postgres.address()), Optional.of(store.address()), Optional.empty()),
                quota);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Awaits something, also through the moments in which the database does not answer. */
    private static void await(BooleanSupplier condition) {
        TestBed.await(Duration.ofMinutes(3), () -> {
            try {
                return condition.getAsBoolean();
            } catch (RegistryUnavailableException e) {
                return false;
            }
        });
    }

    private UUID submit() {
        return firn.submission.submit(specification, Optional.empty()).runId();
    }

    private StageExecution stage(UUID run) {
        return firn.stores.stages().get(run, STAGE);
    }

    private List<Checkpoint> checkpoints(UUID run) {
        return firn.stores
                .checkpoints()
                .list(new CheckpointFilter(Optional.of(run), Optional.of(STAGE)), PageRequest.first(100))
                .items();
    }

    private List<Event> events(UUID run) {
        return firn.stores.events().after(run, 0, 1000);
    }
}
