package dev.firn.registry.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.registry.Digest;
import dev.firn.registry.StageToken;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.blob.BlobStore;
import dev.firn.registry.blob.CorruptBlobException;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.checkpoint.NewCheckpoint;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.metric.MetricPoint;
import dev.firn.registry.metric.MetricStore;
import dev.firn.registry.run.RunStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupTest {
    @TempDir
    Path folder;

    private Path backup;
    private static TestRegistry original;
    private static TestRegistry restored;
    private StageToken token;
    private Checkpoint first;
    private Checkpoint second;

    @BeforeAll
    static void start() throws IOException {
        original = TestRegistry.own();
        restored = TestRegistry.own();
    }

    @AfterAll
    static void close() throws IOException {
        original.close();
        restored.close();
    }

    @BeforeEach
    void fill() {
        backup = folder.resolve("backup");
        original.empty();
        restored.empty();
        token = original.begun("pretrain");
        CheckpointStore checkpoints = new CheckpointStore(original.database());
        first = checkpoints.commit(token, checkpoint(1, original.artifact("first\nwith\ttabs \\ and ü")));
        second = checkpoints.commit(token, checkpoint(2, original.artifact("second " + folder)));
        new MetricStore(original.database()).write(token, List.of(new MetricPoint("loss", 1, 0.1)));
        // a fork refers to a checkpoint, which refers to its run: no order of the tables suits both
        original.database()
                .useTransaction(
                        handle -> handle.createUpdate("update run set parent_checkpoint = :checkpoint where id = :run")
                                .bind("checkpoint", first.id())
                                .bind("run", token.runId())
                                .execute());
    }

    @Test
    void everythingIsThereAgainAndGoesOn() throws IOException {
        BackupSummary taken = backup(original);
        BackupSummary read = restore();

        assertThat(read).isEqualTo(new BackupSummary(taken.rows(), taken.blobs(), taken.bytes(), taken.blobs(), 0));
        assertThat(taken.blobs()).isEqualTo(4);
        RunStore runs = new RunStore(restored.database());
        assertThat(runs.get(token.runId())).isEqualTo(new RunStore(original.database()).get(token.runId()));
        CheckpointStore checkpoints = new CheckpointStore(restored.database());
        assertThat(checkpoints.newestUsable(token.executionId())).contains(second);
        assertThat(content(first.artifact())).isEqualTo("first\nwith\ttabs \\ and ü");
        assertThat(new MetricStore(restored.database()).series(token.runId(), Optional.empty(), Optional.empty(), 10))
                .isEqualTo(new MetricStore(original.database())
                        .series(token.runId(), Optional.empty(), Optional.empty(), 10));
        EventStore events = new EventStore(restored.database());
        long last = events.lastId(token.runId()).orElseThrow();
        assertThat(events.append(token, "log", "goes on", TestRegistry.document("a", "b")))
                .isGreaterThan(last);
        checkpoints.commit(token, checkpoint(3, restored.artifact("third")));
    }

    @Test
    void aSecondBackupCopiesOnlyWhatIsNewAndHoldsTheNewRows() throws IOException {
        backup(original);
        new CheckpointStore(original.database()).commit(token, checkpoint(3, original.artifact("third")));

        BackupSummary again = backup(original);

        assertThat(again.copied()).isEqualTo(2);
        assertThat(again.blobs()).isEqualTo(6);
        restore();
        assertThat(new CheckpointStore(restored.database())
                        .newestUsable(token.executionId())
                        .orElseThrow()
                        .step())
                .isEqualTo(3);
    }

    @Test
    void aFlippedBitInABackupIsFoundAndNothingIsRestored() throws IOException {
        backup(original);
        Digest digest = file(second.artifact());
        flip(BackupManifest.blobFile(backup, digest));

        assertThatThrownBy(this::restore).isInstanceOf(BackupException.class).hasMessageContaining(digest.hex());
        assertThat(restored.count("select count(*) from run")).isZero();

        flip(BackupManifest.blobFile(backup, digest));
        Path rows = backup.resolve(BackupManifest.read(backup).folder()).resolve("checkpoint.copy");
        flip(rows);
        assertThatThrownBy(this::restore).isInstanceOf(BackupException.class).hasMessageContaining("checkpoint.copy");

        flip(rows);
        assertThat(restore().damaged()).isZero();
    }

    @Test
    void anUnfinishedBackupIsNoneAndAMissingFileIsNamed() throws IOException {
        backup(original);
        Path manifest = backup.resolve(BackupManifest.FILE);
        byte[] content = Files.readAllBytes(manifest);
        Files.delete(manifest);
        assertThatThrownBy(this::restore)
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("no finished backup");

        Files.write(manifest, content);
        Path blob = BackupManifest.blobFile(backup, file(first.artifact()));
        Files.delete(blob);
        assertThatThrownBy(this::restore)
                .isInstanceOf(BackupException.class)
                .hasMessageContaining(blob + " is missing");
    }

    @Test
    void aRegistryThatHoldsSomethingIsNotOverwritten() {
        backup(original);
        restored.run("pretrain");

        assertThatThrownBy(this::restore)
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("not empty")
                .hasMessageContaining("FIRN_HOME");
    }

    @Test
    void aFolderWithOtherThingsIsNotWrittenTo() throws IOException {
        Files.createDirectories(backup);
        Files.writeString(backup.resolve("holiday.jpg"), "mine");

        assertThatThrownBy(() -> backup(original))
                .isInstanceOf(BackupException.class)
                .hasMessageContaining("holds other things");
    }

    @Test
    void aBlobThatIsDamagedInTheStoreIsToldAndItsCheckpointIsNotGoneOnFrom() throws IOException {
        original.flipBit(file(second.artifact()), 2);

        assertThat(backup(original).damaged()).isEqualTo(1);
        assertThat(restore().damaged()).isEqualTo(1);

        assertThat(new CheckpointStore(restored.database()).newestUsable(token.executionId()))
                .map(Checkpoint::step)
                .contains(1L);
        assertThatThrownBy(() -> restored.blobs().read(file(second.artifact()), 100))
                .isInstanceOf(CorruptBlobException.class);
    }

    private BackupSummary backup(TestRegistry registry) {
        return new Backup(registry.dataSource(), registry.blobs()).write(backup, line -> {});
    }

    private BackupSummary restore() {
        List<String> told = new ArrayList<>();
        BackupSummary summary = new Restore(restored.dataSource())
                .read(
                        backup,
                        database -> BlobStore.open(database, restored.objectStoreSettings(), folder.resolve("spool")),
                        told::add);
        assertThat(told).isNotEmpty();
        return summary;
    }

    private Digest file(ArtifactReference artifact) {
        return original.artifacts().listFiles(artifact.digest()).getFirst().digest();
    }

    private String content(ArtifactReference artifact) throws IOException {
        Path target = folder.resolve("fetched");
        new ArtifactStore(restored.database(), restored.blobs(), folder.resolve("cache"), Long.MAX_VALUE)
                .fetch(artifact, target);
        return Files.readString(target.resolve("file"));
    }

    private static void flip(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 1;
        Files.write(file, content);
    }

    private static NewCheckpoint checkpoint(long step, ArtifactReference artifact) {
        return new NewCheckpoint(step, artifact, 1, Optional.empty(), TestRegistry.document("loss", "1"));
    }
}
