package dev.firn.registry.garbage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.registry.ConflictException;
import dev.firn.registry.Digest;
import dev.firn.registry.Identifiers;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.StageToken;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.checkpoint.NewCheckpoint;
import dev.firn.registry.lineage.LineageInput;
import dev.firn.registry.lineage.LineageStore;
import dev.firn.registry.run.StageOutput;
import dev.firn.registry.run.StageStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In a registry of its own: a collection would take what the tests of other classes have not named yet. */
class GarbageCollectorTest {
    private static TestRegistry registry;

    private GarbageCollector collector;
    private CheckpointStore checkpoints;

    @BeforeAll
    static void open() throws IOException {
        registry = TestRegistry.own();
    }

    @AfterAll
    static void close() throws IOException {
        registry.close();
    }

    @BeforeEach
    void removeWhatOtherTestsLeft() {
        collector = new GarbageCollector(registry.database(), registry.blobs());
        checkpoints = new CheckpointStore(registry.database());
        registry.database().useTransaction(handle -> handle.execute("delete from blob_write_intent"));
        collector.collect(Duration.ZERO, false);
    }

    @Test
    void whatNothingNamesGoesAndEverythingElseStays() throws Exception {
        StageToken token = registry.begun("pretrain");
        Checkpoint kept = checkpoints.commit(token, checkpoint(1, registry.artifact("kept")));
        Checkpoint gone = checkpoints.commit(token, checkpoint(2, registry.artifact("gone")));
        Checkpoint newest = checkpoints.commit(token, checkpoint(3, registry.artifact("newest")));
        checkpoints.delete(gone.id());
        Digest file = file(gone.artifact());
        Digest loose =
                registry.blobs().put("loose".getBytes(StandardCharsets.UTF_8)).digest();
        age("1 day");

        Collection counted = collector.collect(Duration.ofHours(1), true);
        assertThat(Files.exists(registry.objectFile(file))).isTrue();
        assertThat(registry.artifacts().exists(gone.artifact().digest())).isTrue();

        Collection swept = collector.collect(Duration.ofHours(1), false);

        assertThat(swept).isEqualTo(new Collection(false, 1, 3, swept.blobBytes(), 0, 0));
        assertThat(counted).isEqualTo(new Collection(true, 1, 3, swept.blobBytes(), 0, 0));
        assertThat(swept.blobBytes()).isGreaterThan(9);
        for (Digest digest : List.of(file, gone.artifact().digest(), loose)) {
            assertThat(Files.exists(registry.objectFile(digest))).isFalse();
            assertThatThrownBy(() -> registry.blobs().read(digest, 100)).isInstanceOf(NotFoundException.class);
        }
        for (Checkpoint checkpoint : List.of(kept, newest)) {
            assertThat(registry.blobs().read(file(checkpoint.artifact()), 100)).isNotEmpty();
        }
        assertThat(collector.collect(Duration.ofHours(1), false)).isEqualTo(new Collection(false, 0, 0, 0, 0, 0));
    }

    @Test
    void whatIsYoungStaysSinceItsWriterIsAboutToNameIt() throws Exception {
        ArtifactReference young = registry.artifact("young");

        assertThat(collector.collect(Duration.ofHours(1), false).blobs()).isZero();

        assertThat(registry.artifacts().exists(young.digest())).isTrue();
        assertThat(collector.collect(Duration.ZERO, false))
                .extracting(Collection::artifacts)
                .isEqualTo(1L);
    }

    @Test
    void theBytesOfADeletedCheckpointAreFreedAtOnceButNotThoseThatAreNamedElsewhere() throws Exception {
        StageToken token = registry.begun("pretrain");
        ArtifactReference shared = registry.artifact("named twice");
        checkpoints.commit(token, checkpoint(1, shared));
        Checkpoint again = checkpoints.commit(token, checkpoint(2, shared));
        Checkpoint alone = checkpoints.commit(token, checkpoint(3, registry.artifact("named once")));
        checkpoints.commit(token, checkpoint(4, shared));

        checkpoints.delete(again.id());
        checkpoints.delete(alone.id());

        assertThat(collector.collect(Duration.ofHours(1), false))
                .extracting(Collection::artifacts, Collection::blobs)
                .containsExactly(1L, 2L);
        assertThat(registry.artifacts().exists(shared.digest())).isTrue();
    }

    @Test
    void theLineageOfAModelStaysThoughNothingElseNamesIt() throws Exception {
        ArtifactReference ancestor = registry.artifact("ancestor");
        ArtifactReference model = registry.artifact("model");
        StageToken token = registry.begun("register");
        new LineageStore(registry.database())
                .record(token, Set.of(new LineageInput(ancestor.digest(), "start")), List.of(model.digest()));
        new StageStore(registry.database()).finish(token, List.of(new StageOutput("model", model)));
        registry.database().useTransaction(handle -> {
            handle.execute("insert into model (name) values ('m')");
            handle.createUpdate("""
                            insert into model_version (id, model, version, artifact, dimension)
                            values (:id, 'm', 1, :artifact, 4)""")
                    .bind("id", Identifiers.next())
                    .bind("artifact", model.digest())
                    .execute();
        });
        age("1 day");

        assertThat(collector.collect(Duration.ofHours(1), false).artifacts()).isZero();
        assertThat(registry.artifacts().exists(ancestor.digest())).isTrue();
    }

    @Test
    void objectsThatTheRegistryDoesNotKnowGoWhenNoWriterIsAtThem() throws Exception {
        Digest orphan = object("left by a crash before its row");
        Digest beingWritten = object("being written");
        registry.database()
                .useTransaction(handle -> handle.createUpdate(
                                "insert into blob_write_intent (id, digest, bytes) values (:id, :digest, 13)")
                        .bind("id", Identifiers.next())
                        .bind("digest", beingWritten)
                        .execute());

        Collection counted = collector.collect(Duration.ofHours(1), true);
        Collection swept = collector.collect(Duration.ofHours(1), false);

        assertThat(counted).isEqualTo(new Collection(true, 0, 0, 0, 1, 30));
        assertThat(swept).isEqualTo(new Collection(false, 0, 0, 0, 1, 30));
        assertThat(Files.exists(registry.objectFile(orphan))).isFalse();
        assertThat(Files.exists(registry.objectFile(beingWritten))).isTrue();
    }

    @Test
    void aCollectionThatWasBrokenOffIsFinishedByTheNextOrUndoneByAWriter() throws Exception {
        byte[] first = "marked and forgotten".getBytes(StandardCharsets.UTF_8);
        byte[] second = "marked and wanted again".getBytes(StandardCharsets.UTF_8);
        Digest forgotten = registry.blobs().put(first).digest();
        Digest wanted = registry.blobs().put(second).digest();
        registry.database()
                .useTransaction(handle -> handle.execute(
                        "with gone as (delete from blob b where not exists (select 1 from artifact a where a.digest = b.digest)"
                                + " and not exists (select 1 from artifact_file f where f.digest = b.digest)"
                                + " returning digest, bytes) insert into blob_deletion select * from gone"));

        registry.blobs().put(second);
        collector.collect(Duration.ofHours(1), false);

        assertThat(Files.exists(registry.objectFile(forgotten))).isFalse();
        assertThat(registry.blobs().read(wanted, 100)).isEqualTo(second);
        assertThat(registry.count("select count(*) from blob_deletion")).isZero();
    }

    @Test
    void contentThatIsStoredWhileItIsCollectedIsNeverLost() throws Exception {
        byte[] content = "contended".getBytes(StandardCharsets.UTF_8);
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            Future<?> collecting = executor.submit(() -> {
                while (!done.get()) {
                    collector.collect(Duration.ZERO, false);
                }
            });
            for (int i = 0; i < 100; i++) {
                Digest digest = registry.blobs().put(content).digest();
                // Named at once or taken at once, never there without its bytes
                registry.database()
                        .useTransaction(
                                handle -> handle.createQuery("select 1 from blob where digest = :digest for key share")
                                        .bind("digest", digest)
                                        .mapTo(Integer.class)
                                        .findOne()
                                        .ifPresent(row -> assertThat(registry.objectFile(digest))
                                                .exists()));
            }
            done.set(true);
            collecting.get();
        }
    }

    @Test
    void anotherRegistrysBucketIsNotTouched() throws Exception {
        Digest orphan = object("of the other registry");
        String id = registry.database()
                .inTransaction(handle -> handle.createQuery("select cast(id as text) from registry_identity")
                        .mapTo(String.class)
                        .one());
        identify("00000000-0000-7000-8000-000000000000");

        assertThatThrownBy(() -> collector.collect(Duration.ZERO, false))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining(id)
                .hasMessageContaining("FIRN_S3_BUCKET");

        assertThat(Files.exists(registry.objectFile(orphan))).isTrue();
        identify(id);
    }

    private static void identify(String id) {
        registry.database()
                .useTransaction(handle -> handle.createUpdate("update registry_identity set id = cast(:id as uuid)")
                        .bind("id", id)
                        .execute());
    }

    private Digest object(String content) throws Exception {
        Digest digest = Digest.of(content.getBytes(StandardCharsets.UTF_8));
        Path file = registry.objectFile(digest);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(Duration.ofDays(1))));
        return digest;
    }

    private Digest file(ArtifactReference artifact) {
        return registry.artifacts().listFiles(artifact.digest()).getFirst().digest();
    }

    private void age(String interval) {
        registry.database().useTransaction(handle -> {
            handle.execute("update blob set touched_at = touched_at - cast(? as interval)", interval);
            handle.execute("update artifact set touched_at = touched_at - cast(? as interval)", interval);
        });
    }

    private static NewCheckpoint checkpoint(long step, ArtifactReference artifact) {
        return new NewCheckpoint(step, artifact, 1, Optional.empty(), TestRegistry.document("loss", "1"));
    }
}
