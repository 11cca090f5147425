package dev.firn.activities;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.registry.Digest;
import dev.firn.registry.PageRequest;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.CheckpointFilter;
import dev.firn.registry.event.Event;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.StageOutput;
import dev.firn.registry.run.StageState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of checkpoints, in the first train stage of real runs. */
class CheckpointKeepingTest {
    private static final String STAGE = "initialise";
    private static final int STEPS = 2000;

    @TempDir
    static Path folder;

    private static String specification;
    private static TestBed firn;

    @BeforeAll
    static void start() throws IOException {
        specification =
                SmallData.write(Files.createDirectories(folder.resolve("data")), SmallData.FEW_PAIRS_PER_LANGUAGE)
                                .replace("steps: 40, batchSize: 16", "steps: " + STEPS + ", batchSize: 16")
                                .replace(
                                        "learningRate: 1e-3, checkpoints: {everySteps: 10}",
                                        "learningRate: 1e-3, checkpoints: {everySteps: 50, keepLast: 3, keepEverySteps: 1000}")
                        + "reuse: false\n";
        firn = new TestBed(folder.resolve("home"));
    }

    @AfterAll
    static void stop() {
        firn.close();
    }

    @Test
    void aDamagedCheckpointIsSetAsideAndTheRunGoesOnFromTheOneBeforeToTheSameBits() throws IOException {
        UUID undisturbed = submit();
        TestBed.await(Duration.ofMinutes(2), () -> stage(undisturbed) == StageState.SUCCEEDED);
        firn.control.cancel(undisturbed, Optional.empty());
        firn.ended(undisturbed);

        assertThat(checkpoints(undisturbed)).extracting(Checkpoint::step).containsExactly(2000L, 1950L, 1900L, 1000L);

        UUID disturbed = interrupted();
        Checkpoint newest = checkpoints(disturbed).getFirst();
        Digest weights = firn.stores.artifacts().listFiles(newest.artifact().digest()).stream()
                .filter(file -> file.name().equals("model.safetensors"))
                .findFirst()
                .orElseThrow()
                .digest();
        flipBit(weights);
        firn.reconciler.reconcile();
        TestBed.await(Duration.ofMinutes(2), () -> stage(disturbed) == StageState.SUCCEEDED);

        assertThat(outputs(disturbed)).isEqualTo(outputs(undisturbed));
        assertThat(firn.stores
                        .stages()
                        .attempts(firn.stores.stages().get(disturbed, STAGE).id())
                        .getLast()
                        .resumedStep()
                        .orElseThrow())
                .isLessThan(newest.step());
        assertThat(events(disturbed))
                .filteredOn(event -> event.type().equals("damage"))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.message()).contains("step " + newest.step());
                    assertThat(event.data().path("sha256").asText()).isEqualTo(weights.hex());
                });
        firn.control.cancel(disturbed, Optional.empty());
        firn.ended(disturbed);
    }

    @Test
    void aCheckpointOfANewerFirnFailsTheRunAndSaysSo() throws IOException {
        UUID run = interrupted();
        firn.stores
                .database()
                .useTransaction(
                        handle -> handle.createUpdate("update checkpoint set format_version = 99 where run_id = :run")
                                .bind("run", run)
                                .execute());

        firn.reconciler.reconcile();

        Run ended = firn.ended(run);
        assertThat(ended.state()).isEqualTo(RunState.FAILED);
        assertThat(ended.failure().orElseThrow().path("message").asText())
                .contains("format 99")
                .contains("newer Firn");
    }

    /** A run whose server went away in the train stage, and came back without its cache. */
    private static UUID interrupted() throws IOException {
        UUID run = submit();
        TestBed.await(Duration.ofMinutes(2), () -> checkpoints(run).size() >= 3);
        firn.close();
        delete(folder.resolve("home/cache"));
        firn = new TestBed(folder.resolve("home"));
        return run;
    }

    private static UUID submit() {
        return firn.submission.submit(specification, Optional.empty()).runId();
    }

    private static StageState stage(UUID run) {
        return firn.stores.stages().get(run, STAGE).state();
    }

    private static List<StageOutput> outputs(UUID run) {
        return firn.stores.stages().get(run, STAGE).outputs();
    }

    private static List<Event> events(UUID run) {
        return firn.stores.events().after(run, 0, 1000);
    }

    private static List<Checkpoint> checkpoints(UUID run) {
        return firn.stores
                .checkpoints()
                .list(new CheckpointFilter(Optional.of(run), Optional.of(STAGE)), PageRequest.first(1000))
                .items();
    }

    private static void flipBit(Digest digest) throws IOException {
        Path file = folder.resolve("home/s3/firn/blobs/sha256")
                .resolve(digest.hex().substring(0, 2))
                .resolve(digest.hex());
        byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 1;
        Files.write(file, content);
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
