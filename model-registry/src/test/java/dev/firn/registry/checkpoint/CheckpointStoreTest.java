package dev.firn.registry.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.registry.ConflictException;
import dev.firn.registry.Identifiers;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.StageToken;
import dev.firn.registry.StaleFenceException;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.audit.AuditFilter;
import dev.firn.registry.audit.AuditStore;
import dev.firn.registry.blob.CorruptBlobException;
import dev.firn.registry.lineage.LineageInput;
import dev.firn.registry.lineage.LineageStore;
import dev.firn.registry.run.StageAttempt;
import dev.firn.registry.run.StageStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(TestRegistry.Extension.class)
class CheckpointStoreTest {
    @Test
    void fallsBackToTheCheckpointBeforeOneWhoseBitFlipped(TestRegistry registry, @TempDir Path folder)
            throws Exception {
        CheckpointStore checkpoints = new CheckpointStore(registry.database());
        StageToken token = registry.begun("pretrain");
        assertThat(checkpoints.newestUsable(token.executionId())).isEmpty();
        Checkpoint at100 = checkpoints.commit(token, checkpoint(100, registry.artifact("step 100")));
        Checkpoint at200 = checkpoints.commit(token, checkpoint(200, registry.artifact("step 200")));
        assertThat(checkpoints.newestUsable(token.executionId())).contains(at200);

        registry.flipBit(
                registry.artifacts()
                        .listFiles(at200.artifact().digest())
                        .getFirst()
                        .digest(),
                3);
        // the cache of the machine that wrote it still has it whole; another machine's has not
        dev.firn.registry.artifact.ArtifactStore elsewhere = new dev.firn.registry.artifact.ArtifactStore(
                registry.database(), registry.blobs(), folder.resolve("cache"), Long.MAX_VALUE);
        assertThatThrownBy(() -> elsewhere.fetch(at200.artifact(), folder.resolve("fetched")))
                .isInstanceOf(CorruptBlobException.class);

        assertThat(checkpoints.newestUsable(token.executionId())).contains(at100);
        StageStore stages = new StageStore(registry.database());
        stages.resumed(token, at100.id(), 100);
        assertThat(stages.attempts(token.executionId()).getFirst())
                .extracting(StageAttempt::resumedFrom)
                .isEqualTo(Optional.of(at100.id()));

        assertThat(registry.artifact("step 200")).isEqualTo(at200.artifact());
        assertThat(checkpoints.newestUsable(token.executionId())).contains(at200);
        elsewhere.fetch(at200.artifact(), folder.resolve("again"));
        assertThat(folder.resolve("again/file")).hasContent("step 200");
    }

    @Test
    void committingTheSameBytesForTheSameStepAgainGivesTheFirst(TestRegistry registry) {
        CheckpointStore checkpoints = new CheckpointStore(registry.database());
        StageToken token = registry.begun("pretrain");
        ArtifactReference artifact = registry.artifact("same");

        Checkpoint first = checkpoints.commit(token, checkpoint(1, artifact));
        StageToken again = registry.begin(token.runId(), "pretrain");

        assertThat(checkpoints.commit(again, checkpoint(1, artifact))).isEqualTo(first);
        assertThat(first.fence()).isEqualTo(token.fence());
        assertThat(checkpoints.get(first.id())).isEqualTo(first);
    }

    @Test
    void listsNewestFirstByRunAndStage(TestRegistry registry) {
        CheckpointStore checkpoints = new CheckpointStore(registry.database());
        ArtifactReference artifact = registry.artifact("listed");
        StageToken token = registry.begun("pretrain");
        for (int step = 1; step <= 5; step++) {
            checkpoints.commit(token, checkpoint(step, artifact));
        }
        StageToken other = registry.begun("finetune");
        checkpoints.commit(other, checkpoint(9, artifact));
        CheckpointFilter ofRun = new CheckpointFilter(Optional.of(token.runId()), Optional.of("pretrain"));

        Page<Checkpoint> page = checkpoints.list(ofRun, PageRequest.first(3));
        Page<Checkpoint> rest =
                checkpoints.list(ofRun, PageRequest.after(3, page.nextCursor().orElseThrow()));

        assertThat(page.items()).extracting(Checkpoint::step).containsExactly(5L, 4L, 3L);
        assertThat(rest.items()).extracting(Checkpoint::step).containsExactly(2L, 1L);
        assertThat(rest.nextCursor()).isEmpty();
        assertThat(checkpoints
                        .list(
                                new CheckpointFilter(Optional.of(token.runId()), Optional.of("finetune")),
                                PageRequest.first(3))
                        .items())
                .isEmpty();
        assertThat(checkpoints
                        .list(new CheckpointFilter(Optional.empty(), Optional.of("finetune")), PageRequest.first(1))
                        .items())
                .extracting(Checkpoint::step)
                .containsExactly(9L);
    }

    @Test
    void listsThoseOfSomeStepsAndThoseThatArePinned(TestRegistry registry) {
        CheckpointStore checkpoints = new CheckpointStore(registry.database());
        ArtifactReference artifact = registry.artifact("listed by step");
        StageToken token = registry.begun("pretrain");
        for (int step = 1; step <= 5; step++) {
            checkpoints.setPinned(
                    checkpoints.commit(token, checkpoint(step, artifact)).id(), step == 4);
        }
        Optional<UUID> run = Optional.of(token.runId());
        PageRequest all = PageRequest.first(9);

        assertThat(checkpoints
                        .list(
                                new CheckpointFilter(
                                        run, Optional.empty(), OptionalLong.of(2), OptionalLong.of(4), false),
                                all)
                        .items())
                .extracting(Checkpoint::step)
                .containsExactly(4L, 3L, 2L);
        assertThat(checkpoints
                        .list(
                                new CheckpointFilter(
                                        run, Optional.empty(), OptionalLong.empty(), OptionalLong.empty(), true),
                                all)
                        .items())
                .extracting(Checkpoint::step)
                .containsExactly(4L);
    }

    @Test
    void isPinnedAndUnpinned(TestRegistry registry) {
        CheckpointStore checkpoints = new CheckpointStore(registry.database());
        Checkpoint made = checkpoints.commit(registry.begun("pretrain"), checkpoint(1, registry.artifact("pinned")));

        assertThat(made.pinned()).isFalse();
        assertThat(checkpoints.setPinned(made.id(), true).pinned()).isTrue();
        assertThat(checkpoints.setPinned(made.id(), false)).isEqualTo(made);
        assertThatThrownBy(() -> checkpoints.setPinned(Identifiers.next(), true))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void removesSupersededOnesButNeverAPinnedOneAnAncestorOrTheNewest(TestRegistry registry) {
        CheckpointStore checkpoints = new CheckpointStore(registry.database());
        StageToken token = registry.begun("pretrain");
        ArtifactReference artifact = registry.artifact("superseded");
        Map<Long, Checkpoint> made = new TreeMap<>();
        for (long step = 10; step <= 100; step += 10) {
            made.put(step, checkpoints.commit(token, checkpoint(step, artifact)));
        }
        checkpoints.setPinned(made.get(30L).id(), true);
        UUID descendant = registry.run("pretrain").id();
        registry.database()
                .useTransaction(
                        handle -> handle.createUpdate("update run set parent_checkpoint = :checkpoint where id = :run")
                                .bind("checkpoint", made.get(40L).id())
                                .bind("run", descendant)
                                .execute());

        int removed = checkpoints.removeSuperseded(token, new Retention(2, Optional.of(50L)));

        assertThat(steps(checkpoints, token)).containsExactly(100L, 90L, 50L, 40L, 30L);
        assertThat(removed).isEqualTo(5);
        AuditFilter ofTheSecond = new AuditFilter(
                Optional.of("server"),
                Optional.of("/api/checkpoints/" + made.get(20L).id()));
        assertThat(new AuditStore(registry.database())
                        .list(ofTheSecond, new PageRequest(10, Optional.empty()))
                        .items())
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.method()).isEqualTo("DELETE");
                    assertThat(entry.before().orElseThrow().get("step").asLong())
                            .isEqualTo(20);
                });
        assertThat(checkpoints.removeSuperseded(token, new Retention(1, Optional.empty())))
                .isEqualTo(2);
        assertThat(steps(checkpoints, token)).containsExactly(100L, 40L, 30L);
    }

    @Test
    void aDamagedCheckpointTakesNoPlaceAmongThoseKept(TestRegistry registry) {
        CheckpointStore checkpoints = new CheckpointStore(registry.database());
        StageToken token = registry.begun("pretrain");
        checkpoints.commit(token, checkpoint(1, registry.artifact("whole 1")));
        checkpoints.commit(token, checkpoint(2, registry.artifact("whole 2")));
        Checkpoint damaged = checkpoints.commit(token, checkpoint(3, registry.artifact("damaged 3")));
        registry.blobs().quarantine(damaged.artifact().digest(), "for the test");

        assertThat(checkpoints.removeSuperseded(token, new Retention(1, Optional.empty())))
                .isEqualTo(1);

        assertThat(steps(checkpoints, token)).containsExactly(3L, 2L);
        assertThat(checkpoints.newestUsable(token.executionId()).orElseThrow().step())
                .isEqualTo(2);
    }

    @Test
    void anAttemptThatWasReplacedRemovesNothing(TestRegistry registry) {
        CheckpointStore checkpoints = new CheckpointStore(registry.database());
        StageToken token = registry.begun("pretrain");
        ArtifactReference artifact = registry.artifact("of a zombie");
        checkpoints.commit(token, checkpoint(1, artifact));
        checkpoints.commit(token, checkpoint(2, artifact));
        StageToken successor = registry.begin(token.runId(), "pretrain");

        assertThatThrownBy(() -> checkpoints.removeSuperseded(token, new Retention(1, Optional.empty())))
                .isInstanceOf(StaleFenceException.class);
        assertThat(steps(checkpoints, successor)).containsExactly(2L, 1L);
    }

    @Test
    void whatIsNeededIsNotDeletedAndTheReasonIsSaid(TestRegistry registry) {
        CheckpointStore checkpoints = new CheckpointStore(registry.database());
        StageToken token = registry.begun("pretrain");
        ArtifactReference artifact = registry.artifact("deleted on request");
        ArtifactReference start = registry.artifact("what something was made from");
        Checkpoint first = checkpoints.commit(token, checkpoint(1, artifact));
        Checkpoint parent = checkpoints.commit(token, checkpoint(2, artifact));
        Checkpoint source = checkpoints.commit(token, checkpoint(3, start));
        Checkpoint newest = checkpoints.commit(token, checkpoint(4, artifact));
        UUID descendant = registry.run("pretrain").id();
        registry.database()
                .useTransaction(
                        handle -> handle.createUpdate("update run set parent_checkpoint = :checkpoint where id = :run")
                                .bind("checkpoint", parent.id())
                                .bind("run", descendant)
                                .execute());
        new LineageStore(registry.database())
                .record(
                        registry.begun("finetune"),
                        Set.of(new LineageInput(start.digest(), "start")),
                        List.of(registry.artifact("made from it").digest()));
        checkpoints.setPinned(first.id(), true);

        assertThatThrownBy(() -> checkpoints.delete(first.id()))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("unpin");
        assertThatThrownBy(() -> checkpoints.delete(parent.id()))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("run " + descendant + " descends from it");
        assertThatThrownBy(() -> checkpoints.delete(source.id()))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("lineage");
        assertThatThrownBy(() -> checkpoints.delete(newest.id()))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("would go on from it");

        checkpoints.setPinned(first.id(), false);
        checkpoints.delete(first.id());
        new StageStore(registry.database()).finish(token, List.of());
        checkpoints.delete(newest.id());

        assertThat(steps(checkpoints, token)).containsExactly(3L, 2L);
        assertThatThrownBy(() -> checkpoints.delete(first.id())).isInstanceOf(NotFoundException.class);
    }

    private static List<Long> steps(CheckpointStore checkpoints, StageToken token) {
        return checkpoints
                .list(new CheckpointFilter(Optional.of(token.runId()), Optional.empty()), PageRequest.first(100))
                .items()
                .stream()
                .map(Checkpoint::step)
                .toList();
    }

    private static NewCheckpoint checkpoint(long step, ArtifactReference artifact) {
        return new NewCheckpoint(
                step,
                artifact,
                1,
                Optional.of(TestRegistry.document("blasCore", "Haswell")),
                TestRegistry.document("loss", "1"));
    }
}
