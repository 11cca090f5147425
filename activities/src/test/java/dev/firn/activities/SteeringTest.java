package dev.firn.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.activities.submission.DryRun;
import dev.firn.registry.ConflictException;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.PageRequest;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.CheckpointFilter;
import dev.firn.registry.control.Control;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.StageAttempt;
import dev.firn.registry.run.StageExecution;
import dev.firn.registry.run.StageState;
import dev.firn.workflows.run.ControlKind;
import dev.firn.workflows.specification.Fault;
import dev.firn.workflows.specification.InvalidSpecificationException;
import dev.firn.workflows.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are paused, resumed and cancelled while they train, with all that is stored on the way. */
class SteeringTest {
    @TempDir
    static Path folder;

    private static String specification;
    private static TestBed firn;
    private static @Nullable UUID undisturbed;

    @BeforeAll
    static void start() throws IOException {
        specification = SmallData.write(
                        Files.createDirectories(folder.resolve("data")), SmallData.FEW_PAIRS_PER_LANGUAGE)
                .replace("steps: 40,", "steps: 4,")
                .replace("steps: 200,", "steps: 100000,")
                .replace("everySteps: 20}", "everySteps: 1000000}")
                .replace("steps: 30,", "steps: 4,");
        firn = new TestBed(folder.resolve("home"));
    }

    @AfterAll
    static void stop() {
        firn.close();
    }

    private static UUID submit(String text) {
        return firn.submission.submit(text + "reuse: false\n", Optional.empty()).runId();
    }

    /** Trains long enough for a request to come in between. */
    private static String longer() {
        return specification.replace("steps: 100000,", "steps: 5000,");
    }

    /** The longer run, left alone; trained once for all tests that compare with it. */
    private static UUID undisturbed() {
        if (undisturbed == null) {
            undisturbed = submit(longer());
        }
        assertThat(firn.ended(undisturbed).state()).isEqualTo(RunState.SUCCEEDED);
        return undisturbed;
    }

    private static UUID pretrainingRun() {
        // Its training never ends by itself, so only what comes before is taken over from another test's run
        UUID run = firn.submission.submit(specification, Optional.empty()).runId();
        awaitStep(run, 3);
        return run;
    }

    private static void awaitStep(UUID run, long step) {
        TestBed.await(
                Duration.ofMinutes(2),
                () -> firn.stores
                                .stages()
                                .get(run, "pretrain")
                                .progress()
                                .map(progress -> progress.path("step").asLong())
                                .orElse(0L)
                        >= step);
    }

    private static void ask(UUID run, ControlKind kind) {
        firn.control.request(run, kind, Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static void ask(UUID run, ControlKind kind, JsonNode value) {
        firn.control.request(run, kind, Optional.of(value), Optional.empty(), Optional.empty());
        TestBed.await(Duration.ofMinutes(1), () -> controls(run).getFirst().state() == Control.State.APPLIED);
    }

    private static long lastStep(UUID run) {
        return checkpoints(run).getFirst().step();
    }

    private static void awaitState(UUID run, RunState state) {
        TestBed.await(Duration.ofMinutes(1), () -> firn.state(run) == state);
    }

    private static List<Control> controls(UUID run) {
        return firn.stores.controls().list(run, PageRequest.first(50)).items();
    }

    private static List<Checkpoint> checkpoints(UUID run) {
        return firn.stores
                .checkpoints()
                .list(new CheckpointFilter(Optional.of(run), Optional.of("pretrain")), PageRequest.first(50))
                .items();
    }

    private static List<String> weights(UUID run) {
        return List.of("pretrain", "finetune").stream()
                .flatMap(stage -> firn.stores.stages().get(run, stage).outputs().stream())
                .map(output -> output.artifact().digest().hex())
                .toList();
    }

    @Test
    void aPausedRunFreesItsWorkerStaysPausedAcrossARestartAndEndsInTheSameBits() {
        List<String> expected = weights(undisturbed());
        UUID run = submit(longer());
        awaitStep(run, 3);

        ask(run, ControlKind.PAUSE);
        awaitState(run, RunState.PAUSED);

        StageExecution pretrain = firn.stores.stages().get(run, "pretrain");
        assertThat(firn.stores.stages().attempts(pretrain.id()))
                .extracting(StageAttempt::outcome)
                .containsExactly(StageAttempt.Outcome.PAUSED);
        long step = checkpoints(run).getFirst().step();
        assertThat(controls(run)).singleElement().satisfies(pause -> {
            assertThat(pause.state()).isEqualTo(Control.State.APPLIED);
            assertThat(pause.effectiveStep()).hasValue(step);
        });
        UUID other = submit(specification.replace("steps: 100000,", "steps: 2,"));
        assertThat(firn.ended(other).state()).isEqualTo(RunState.SUCCEEDED);

        firn.close();
        firn = new TestBed(folder.resolve("home"));
        firn.reconciler.reconcile();
        assertThat(firn.state(run)).isEqualTo(RunState.PAUSED);
        ask(run, ControlKind.RESUME);

        assertThat(firn.ended(run).state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(firn.stores.stages().attempts(pretrain.id()).getLast().resumedStep())
                .hasValue(step);
        assertThat(weights(run)).isEqualTo(expected);
    }

    @Test
    void aRunIsPausedAndResumedMoreThanOnce() {
        UUID run = pretrainingRun();

        for (int i = 0; i < 2; i++) {
            ask(run, ControlKind.PAUSE);
            awaitState(run, RunState.PAUSED);
            ask(run, ControlKind.RESUME);
            awaitState(run, RunState.RUNNING);
        }

        firn.control.cancel(run, Optional.empty());
        assertThat(firn.ended(run).state()).isEqualTo(RunState.CANCELLED);
        assertThat(controls(run))
                .extracting(Control::kind)
                .containsExactly("cancel", "resume", "pause", "resume", "pause");
        assertThat(controls(run)).allMatch(control -> control.state() == Control.State.APPLIED);
    }

    @Test
    void aRunThatWaitsForAWorkerIsPausedAtOnce() {
        UUID busy = submit(specification);
        awaitStep(busy, 3);
        UUID run = submit(specification.replace("steps: 100000,", "steps: 2,"));

        ask(run, ControlKind.PAUSE);
        assertThat(firn.state(run)).isEqualTo(RunState.PAUSED);
        firn.control.cancel(busy, Optional.empty());
        assertThat(firn.ended(busy).state()).isEqualTo(RunState.CANCELLED);
        ask(run, ControlKind.RESUME);

        assertThat(firn.ended(run).state()).isEqualTo(RunState.SUCCEEDED);
    }

    @Test
    void aPausedRunIsCancelled() {
        UUID run = pretrainingRun();
        ask(run, ControlKind.PAUSE);
        awaitState(run, RunState.PAUSED);

        firn.control.cancel(run, Optional.empty());

        assertThat(firn.ended(run).state()).isEqualTo(RunState.CANCELLED);
        assertThat(controls(run))
                .extracting(Control::kind, Control::state)
                .containsExactly(tuple("cancel", Control.State.APPLIED), tuple("pause", Control.State.APPLIED));
        assertThat(checkpoints(run)).hasSize(1);
    }

    @Test
    void aCheckpointIsCommittedWhenItIsAskedFor() {
        UUID run = pretrainingRun();

        ask(run, ControlKind.CHECKPOINT);
        TestBed.await(Duration.ofMinutes(1), () -> !checkpoints(run).isEmpty());

        assertThat(controls(run)).singleElement().satisfies(control -> {
            assertThat(control.state()).isEqualTo(Control.State.APPLIED);
            assertThat(checkpoints(run))
                    .extracting(Checkpoint::step)
                    .contains(control.effectiveStep().orElseThrow());
        });
        firn.control.cancel(run, Optional.empty());
        firn.ended(run);
    }

    @Test
    void aStoppedTrainStageGoesOnToTheNextWithTheWeightsThatItHas() {
        UUID run = pretrainingRun();

        ask(run, ControlKind.STOP);

        assertThat(firn.ended(run).state()).isEqualTo(RunState.SUCCEEDED);
        Control stop = controls(run).getFirst();
        assertThat(stop.state()).isEqualTo(Control.State.APPLIED);
        assertThat(stop.effectiveStep()).hasValue(lastStep(run));
        assertThat(lastStep(run)).isLessThan(100_000);
    }

    @Test
    void aSteeredRunThatIsKilledEndsInTheBitsOfOneWithTheSameRequestsLeftAlone() {
        String text = specification
                .replace("steps: 100000,", "steps: 4000,")
                .replace("everySteps: 1000000}", "everySteps: 500}");
        UUID killed = submit(text);
        awaitStep(killed, 3);
        ask(killed, ControlKind.LEARNING_RATE_SCALE, JsonNodeFactory.instance.numberNode(0.3));
        ask(killed, ControlKind.EXTEND, JsonNodeFactory.instance.numberNode(201));
        firn.close();
        firn = new TestBed(folder.resolve("home"));
        firn.reconciler.reconcile();
        assertThat(firn.ended(killed).state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(lastStep(killed)).isEqualTo(4201);
        assertThat(firn.stores
                        .stages()
                        .attempts(firn.stores.stages().get(killed, "pretrain").id()))
                .hasSizeGreaterThan(1);

        firn.stopWorker();
        UUID leftAlone = submit(text);
        copyControls(killed, leftAlone);
        firn.startWorker();
        assertThat(firn.ended(leftAlone).state()).isEqualTo(RunState.SUCCEEDED);

        assertThat(weights(killed)).isEqualTo(weights(leftAlone));
        assertThat(keys(killed)).isEqualTo(keys(leftAlone));
        assertThat(firn.submission.dryRun(text).stages())
                .filteredOn(DryRun.PlannedStage::reused)
                .extracting(DryRun.PlannedStage::stage)
                .contains(Stage.INITIALISE, Stage.MINE)
                .doesNotContain(Stage.PRETRAIN, Stage.FINETUNE, Stage.EVALUATE);
    }

    /** Records what took effect in one run's pretraining as having taken effect in another's, which has not begun. */
    private static void copyControls(UUID from, UUID to) {
        firn.stores
                .database()
                .useTransaction(handle -> handle.createUpdate("""
                        insert into control (run_id, kind, value, state, stage_execution_id, effective_step, decided_at)
                        select :to, kind, value, state, :execution, effective_step, decided_at
                        from control where run_id = :from order by id""")
                        .bind("from", from)
                        .bind("to", to)
                        .bind(
                                "execution",
                                firn.stores.stages().get(to, "pretrain").id())
                        .execute());
    }

    private static List<String> keys(UUID run) {
        return List.of("pretrain", "finetune").stream()
                .map(stage -> firn.stores.stages().get(run, stage))
                .map(stage -> {
                    assertThat(stage.key()).isNotEqualTo(stage.plannedKey());
                    return stage.key().orElseThrow();
                })
                .toList();
    }

    @Test
    void aCancelledRunIsRetriedFromItsLastCheckpointAndEndsInTheSameBits() {
        UUID undisturbed = undisturbed();
        assertThatThrownBy(() -> firn.control.retry(undisturbed, Optional.empty(), Optional.empty()))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("is SUCCEEDED");
        UUID run = submit(longer());
        awaitStep(run, 3);
        firn.control.cancel(run, Optional.empty());
        assertThat(firn.ended(run).state()).isEqualTo(RunState.CANCELLED);
        long step = lastStep(run);

        firn.control.retry(run, Optional.empty(), Optional.empty());

        assertThat(firn.ended(run).state()).isEqualTo(RunState.SUCCEEDED);
        StageExecution pretrain = firn.stores.stages().get(run, "pretrain");
        assertThat(firn.stores.stages().attempts(pretrain.id()).getLast().resumedStep())
                .hasValue(step);
        assertThat(firn.stores.stages().get(run, "prepare").attempts()).isEqualTo(1);
        assertThat(weights(run)).isEqualTo(weights(undisturbed));
    }

    @Test
    void aForkGoesOnFromTheCheckpointWithTheOutputsOfTheStagesBefore() {
        String text = specification
                .replace("steps: 100000,", "steps: 60,")
                .replace("everySteps: 1000000}", "everySteps: 20}");
        UUID parent = submit(text);
        assertThat(firn.ended(parent).state()).isEqualTo(RunState.SUCCEEDED);
        Checkpoint middle = checkpoints(parent).getLast();
        assertThat(middle.step()).isBetween(20L, 59L);

        UUID same = firn.submission
                .fork(middle.id(), "", Optional.of("same"), Optional.empty())
                .runId();
        UUID longer = firn.submission
                .fork(
                        middle.id(),
                        "name: longer\npretrain: {steps: 70, learningRate: 1e-3}",
                        Optional.empty(),
                        Optional.empty())
                .runId();

        assertThat(firn.submission
                        .fork(middle.id(), "", Optional.of("same"), Optional.empty())
                        .created())
                .isFalse();
        assertThat(firn.ended(same).state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(weights(same)).isEqualTo(weights(parent));
        assertThat(firn.stores.stages().ofRun(same).stream()
                        .filter(stage -> stage.state() == StageState.REUSED)
                        .map(StageExecution::stage))
                .containsExactly("prepare", "initialise", "filter");
        assertThat(checkpoints(same)).extracting(Checkpoint::step).contains(60L).allMatch(step -> step > middle.step());
        assertThat(firn.ended(longer).state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(firn.stores.runs().get(longer).name()).isEqualTo("longer");
        assertThat(firn.stores.runs().get(longer).parentCheckpoint()).contains(middle.id());
        assertThat(lastStep(longer)).isEqualTo(70);
        assertThat(firn.stores
                        .lineage()
                        .ancestry(
                                firn.stores
                                        .stages()
                                        .get(longer, "pretrain")
                                        .outputs()
                                        .getFirst()
                                        .artifact()
                                        .digest(),
                                100))
                .anyMatch(edge -> edge.relation().equals("checkpoint")
                        && edge.input().equals(middle.artifact().digest()));
        assertThat(firn.stores.stages().get(longer, "pretrain").key())
                .isNotEqualTo(firn.stores.stages().get(parent, "pretrain").key());

        assertThatThrownBy(() -> firn.submission.fork(middle.id(), """
                        encoder: {hiddenSize: 64}
                        tokenizer: {vocabularySize: 900}
                        filter: {topRank: 3}
                        pretrain: {steps: 19}
                        """, Optional.empty(), Optional.empty()))
                .isInstanceOfSatisfying(
                        InvalidSpecificationException.class,
                        refused -> assertThat(refused.faults())
                                .extracting(Fault::pointer)
                                .contains(
                                        "/encoder/hiddenSize",
                                        "/tokenizer/vocabularySize",
                                        "/filter/topRank",
                                        "/pretrain/steps"));
        assertThatThrownBy(() -> firn.submission.fork(UUID.randomUUID(), "", Optional.empty(), Optional.empty()))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void whatTheStateForbidsIsRefusedWithTheReason() {
        UUID run = pretrainingRun();
        assertThatThrownBy(() -> ask(run, ControlKind.RESUME))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("is RUNNING, not PAUSED");
        ask(run, ControlKind.PAUSE);
        awaitState(run, RunState.PAUSED);
        assertThatThrownBy(() -> ask(run, ControlKind.CHECKPOINT))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("PAUSED");
        firn.control.cancel(run, Optional.empty());
        Run ended = firn.ended(run);
        assertThat(ended.state()).isEqualTo(RunState.CANCELLED);

        for (ControlKind kind : ControlKind.values()) {
            assertThatThrownBy(() -> ask(run, kind))
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining("is CANCELLED");
            assertThatThrownBy(() -> ask(UUID.randomUUID(), kind)).isInstanceOf(NotFoundException.class);
        }
    }
}
