package dev.firn.activities;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.embedded.EmbeddedServices;
import dev.firn.embedded.ExternalServices;
import dev.firn.registry.PageRequest;
import dev.firn.registry.backup.BackupSummary;
import dev.firn.registry.backup.Restore;
import dev.firn.registry.blob.BlobStore;
import dev.firn.registry.checkpoint.CheckpointFilter;
import dev.firn.registry.run.StageExecution;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The home is lost, and a backup that was taken in the middle of a training is all that is left. */
class LostHomeTest {
    private static final String STAGE = "initialise";

    @TempDir
    Path folder;

    @Test
    void aRunGoesOnFromABackupThatWasTakenWhileItTrainedToTheSameBits() throws IOException {
        String specification =
                SmallData.write(Files.createDirectories(folder.resolve("data")), SmallData.FEW_PAIRS_PER_LANGUAGE)
                                .replace("steps: 40, batchSize: 16", "steps: 600, batchSize: 16")
                        + "reuse: false\n";
        Path home = folder.resolve("home");
        Path backup = folder.resolve("backup");
        UUID run;
        BackupSummary taken;
        List<?> undisturbed;
        try (TestBed firn = new TestBed(home)) {
            run = firn.submission.submit(specification, Optional.empty()).runId();
            TestBed.await(Duration.ofMinutes(2), () -> checkpoints(firn, run) >= 3);
            taken = firn.backup(backup);
            TestBed.await(Duration.ofMinutes(2), () -> stage(firn, run).state() == StageState.SUCCEEDED);
            undisturbed = stage(firn, run).outputs();
            firn.control.cancel(run, Optional.empty());
            firn.ended(run);
        }
        delete(home);
        Path other = folder.resolve("other");
        try (EmbeddedServices services = EmbeddedServices.start(other, ExternalServices.NONE)) {
            BackupSummary restored = new Restore(
                            TestBed.dataSource(services.addresses().database()))
                    .read(
                            backup,
                            database -> BlobStore.open(
                                    database,
                                    TestBed.settings(services.addresses().objectStore()),
                                    other.resolve("spool")),
                            line -> {});
            assertThat(restored.rows()).isEqualTo(taken.rows());
            assertThat(restored.blobs()).isEqualTo(taken.blobs());
        }
        try (TestBed firn = new TestBed(other)) {
            assertThat(stage(firn, run).state()).isEqualTo(StageState.RUNNING);

            firn.reconciler.reconcile();
            TestBed.await(Duration.ofMinutes(2), () -> stage(firn, run).state() == StageState.SUCCEEDED);

            assertThat(firn.stores
                            .stages()
                            .attempts(stage(firn, run).id())
                            .getLast()
                            .resumedStep())
                    .isPresent();
            assertThat(stage(firn, run).outputs()).isEqualTo(undisturbed);
            firn.control.cancel(run, Optional.empty());
            firn.ended(run);
        }
    }

    private static StageExecution stage(TestBed firn, UUID run) {
        return firn.stores.stages().get(run, STAGE);
    }

    private static int checkpoints(TestBed firn, UUID run) {
        return firn.stores
                .checkpoints()
                .list(new CheckpointFilter(Optional.of(run), Optional.of(STAGE)), PageRequest.first(100))
                .items()
                .size();
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
