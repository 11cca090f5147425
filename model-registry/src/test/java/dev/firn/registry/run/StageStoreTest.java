package dev.firn.registry.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.registry.ConflictException;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.StageToken;
import dev.firn.registry.StaleFenceException;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.artifact.ArtifactReference;
import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.checkpoint.NewCheckpoint;
import dev.firn.registry.control.ControlStore;
import dev.firn.registry.dataset.DatasetStore;
import dev.firn.registry.evaluation.EvaluationStore;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.lineage.LineageInput;
import dev.firn.registry.lineage.LineageStore;
import dev.firn.registry.metric.MetricPoint;
import dev.firn.registry.metric.MetricStore;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.NewModelVersion;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestRegistry.Extension.class)
class StageStoreTest {
    @Test
    void takesTheRightToWriteFromTheAttemptBefore(TestRegistry registry) {
        StageStore stages = new StageStore(registry.database());
        ArtifactReference artifact = registry.artifact("stale");
        StageToken zombie = registry.begun("pretrain");

        StageToken current = registry.begin(zombie.runId(), "pretrain");

        assertThat(current.fence()).isEqualTo(zombie.fence() + 1);
        assertThat(current.executionId()).isEqualTo(zombie.executionId());
        List<ThrowingCallable> writes = List.of(
                () -> stages.progress(zombie, TestRegistry.document("step", "1")),
                () -> stages.resumed(zombie, UUID.randomUUID(), 1),
                () -> stages.failAttempt(zombie, TestRegistry.document("message", "x")),
                () -> stages.finish(zombie, List.of(new StageOutput("out", artifact))),
                () -> new CheckpointStore(registry.database())
                        .commit(
                                zombie,
                                new NewCheckpoint(1, artifact, 1, Optional.empty(), TestRegistry.document("a", "b"))),
                () -> new MetricStore(registry.database()).write(zombie, List.of(new MetricPoint("loss", 1, 1))),
                () -> new MetricStore(registry.database()).discardAfter(zombie, 0),
                () -> new EventStore(registry.database()).append(zombie, "log", "x", TestRegistry.document("a", "b")),
                () -> new ControlStore(registry.database()).apply(zombie, 1, 1),
                () -> new DatasetStore(registry.database())
                        .register(zombie, "stale", artifact, TestRegistry.document("a", "b")),
                () -> new EvaluationStore(registry.database()).replace(zombie, List.of()),
                () -> new ModelStore(registry.database())
                        .register(zombie, new NewModelVersion("stale", artifact, 1, TestRegistry.document("a", "b"))),
                () -> new LineageStore(registry.database())
                        .record(
                                zombie,
                                List.of(new LineageInput(artifact.digest(), "dataset")),
                                List.of(artifact.digest())),
                () -> new RunStore(registry.database()).setResult(zombie, TestRegistry.document("a", "b")));
        for (ThrowingCallable write : writes) {
            assertThatThrownBy(write).isInstanceOf(StaleFenceException.class);
        }
        assertThat(stages.attempts(current.executionId()))
                .extracting(StageAttempt::outcome)
                .containsExactly(StageAttempt.Outcome.SUPERSEDED, StageAttempt.Outcome.RUNNING);
        stages.finish(current, List.of(new StageOutput("out", artifact)));
    }

    @Test
    void doesNotBeginWhileAWriteOfTheAttemptBeforeIsUnderWay(TestRegistry registry) throws Exception {
        StageToken first = registry.begun("pretrain");
        CountDownLatch checked = new CountDownLatch(1);
        CountDownLatch commit = new CountDownLatch(1);
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            Future<Boolean> write = executor.submit(() -> registry.database().inTransaction(handle -> {
                first.require(handle);
                checked.countDown();
                try {
                    commit.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return true;
            }));
            checked.await();
            Future<StageToken> second = executor.submit(() -> registry.begin(first.runId(), "pretrain"));
            Instant deadline = Instant.now().plusSeconds(20);
            String waiting = """
                    select count(*) from pg_stat_activity
                    where wait_event_type = 'Lock' and query like 'update stage_execution%'""";
            while (registry.count(waiting) == 0) {
                assertThat(Instant.now()).isBefore(deadline);
            }
            assertThat(second.isDone()).isFalse();
            commit.countDown();
            assertThat(write.get()).isTrue();
            assertThat(second.get().fence()).isEqualTo(first.fence() + 1);
        }
    }

    @Test
    void finishesOnceWithItsOutputsHoweverOftenItIsTold(TestRegistry registry) {
        StageStore stages = new StageStore(registry.database());
        ArtifactReference artifact = registry.artifact("finished");
        StageToken token = registry.begun("pretrain");
        stages.progress(token, TestRegistry.document("step", "7"));

        StageExecution finished = stages.finish(token, List.of(new StageOutput("pretrained", artifact)));

        assertThat(finished.state()).isEqualTo(StageState.SUCCEEDED);
        assertThat(finished.outputs()).containsExactly(new StageOutput("pretrained", artifact));
        assertThat(finished.progress()).contains(TestRegistry.document("step", "7"));
        assertThat(finished.attempts()).isEqualTo(1);
        assertThat(stages.finish(token, List.of(new StageOutput("pretrained", artifact))))
                .isEqualTo(finished);
        assertThat(stages.attempts(token.executionId()))
                .extracting(StageAttempt::outcome)
                .containsExactly(StageAttempt.Outcome.SUCCEEDED);
        assertThatThrownBy(() -> stages.progress(token, TestRegistry.document("step", "8")))
                .isInstanceOf(StaleFenceException.class);
        assertThatThrownBy(() -> registry.begin(token.runId(), "pretrain"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("is SUCCEEDED");
    }

    @Test
    void isReusedByAnotherRunWithItsOutputsAndTheReason(TestRegistry registry) {
        StageStore stages = new StageStore(registry.database());
        ArtifactReference artifact = registry.artifact("reused");
        String key = TestRegistry.name("key");
        UUID firstRun = registry.run("prepare").id();
        StageToken token = stages.begin(firstRun, "prepare", key, "test", Optional.empty());
        assertThat(stages.findReusable(key)).isEmpty();
        StageExecution finished = stages.finish(token, List.of(new StageOutput("dataset", artifact)));
        assertThat(stages.findReusable(key)).contains(finished);
        UUID runId = registry.run("prepare").id();

        StageExecution reused = stages.reuse(runId, "prepare", key, finished.id(), "same inputs");

        assertThat(reused.state()).isEqualTo(StageState.REUSED);
        assertThat(reused.outputs()).isEqualTo(finished.outputs());
        assertThat(reused.reusedFromRun()).contains(firstRun);
        assertThat(reused.reason()).contains("same inputs");
        assertThat(stages.reuse(runId, "prepare", key, finished.id(), "same inputs"))
                .isEqualTo(reused);
        assertThat(stages.findReusable(key)).contains(finished);
        assertThatThrownBy(() -> stages.reuse(firstRun, "prepare", key, finished.id(), "itself"))
                .isInstanceOf(ConflictException.class);
    }

    @Test
    void isNotReusedWhileAnythingOfItsOutputsIsDamaged(TestRegistry registry) {
        StageStore stages = new StageStore(registry.database());
        ArtifactReference artifact = registry.artifact("a file that breaks");
        String key = TestRegistry.name("key");
        StageToken token = stages.begin(registry.run("prepare").id(), "prepare", key, "test", Optional.empty());
        stages.finish(token, List.of(new StageOutput("dataset", artifact)));

        registry.blobs()
                .quarantine(
                        registry.artifacts()
                                .listFiles(artifact.digest())
                                .getFirst()
                                .digest(),
                        "test");
        assertThat(stages.findReusable(key)).isEmpty();

        assertThat(registry.artifact("a file that breaks")).isEqualTo(artifact);
        assertThat(stages.findReusable(key)).isPresent();
    }

    @Test
    void failsOrEndsWhoeverWorksOnItAndWaitsAgainForARetry(TestRegistry registry) {
        StageStore stages = new StageStore(registry.database());
        UUID runId = registry.run("pretrain", "mine").id();
        StageToken token = registry.begin(runId, "pretrain");

        stages.failAttempt(token, TestRegistry.document("message", "first"));
        assertThat(stages.get(runId, "pretrain").state()).isEqualTo(StageState.RUNNING);
        StageToken second = registry.begin(runId, "pretrain");
        StageExecution failed = stages.fail(runId, "pretrain", TestRegistry.document("message", "second"));
        stages.cancelUnfinished(runId);

        assertThat(failed.state()).isEqualTo(StageState.FAILED);
        assertThat(failed.failure()).contains(TestRegistry.document("message", "second"));
        assertThatThrownBy(() -> stages.progress(second, TestRegistry.document("step", "1")))
                .isInstanceOf(StaleFenceException.class);
        assertThat(stages.ofRun(runId))
                .extracting(StageExecution::state)
                .containsExactly(StageState.FAILED, StageState.CANCELLED);
        assertThat(stages.attempts(second.executionId()))
                .extracting(StageAttempt::outcome)
                .containsExactly(StageAttempt.Outcome.FAILED, StageAttempt.Outcome.FAILED);

        registry.database().useTransaction(handle -> StageStore.reset(handle, runId));
        StageExecution waiting = stages.get(runId, "pretrain");
        assertThat(waiting.state()).isEqualTo(StageState.PENDING);
        assertThat(waiting.failure()).isEmpty();
        assertThat(registry.begin(runId, "pretrain").fence()).isGreaterThan(second.fence());
    }

    @Test
    void doesNotBeginForARunThatHasEnded(TestRegistry registry) {
        UUID runId = registry.run("prepare").id();
        new RunStore(registry.database())
                .transition(runId, Set.of(RunState.QUEUED), RunState.CANCELLED, Optional.empty());

        assertThatThrownBy(() -> registry.begin(runId, "prepare"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("is CANCELLED");
        assertThat(new StageStore(registry.database()).get(runId, "prepare").fence())
                .isZero();
        assertThatThrownBy(() -> registry.begin(runId, "mine")).isInstanceOf(NotFoundException.class);
    }
}
