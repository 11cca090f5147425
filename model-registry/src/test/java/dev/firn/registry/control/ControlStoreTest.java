package dev.firn.registry.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.registry.ConflictException;
import dev.firn.registry.Identifiers;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.PageRequest;
import dev.firn.registry.StageToken;
import dev.firn.registry.StaleFenceException;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import dev.firn.registry.run.StageAttempt;
import dev.firn.registry.run.StageExecution;
import dev.firn.registry.run.StageState;
import dev.firn.registry.run.StageStore;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestRegistry.Extension.class)
class ControlStoreTest {
    private static final List<String> TRAIN_STAGES = List.of("pretrain", "finetune");
    private static final Set<RunState> WORKING = EnumSet.of(RunState.RUNNING, RunState.PAUSED);

    private static NewControl ask(UUID runId, String kind) {
        return new NewControl(runId, kind, Optional.empty(), Optional.of("ada"), Optional.empty());
    }

    private static NewControl scale(UUID runId, double factor) {
        JsonNode value = JsonNodeFactory.instance.numberNode(factor);
        return new NewControl(runId, "learning-rate-scale", Optional.of(value), Optional.empty(), Optional.empty());
    }

    /** A stage under way, of a run that works. */
    private static StageToken working(TestRegistry registry) {
        StageToken token = registry.begun("pretrain");
        new RunStore(registry.database())
                .transition(token.runId(), EnumSet.of(RunState.QUEUED), RunState.RUNNING, Optional.empty());
        return token;
    }

    private static RunState state(TestRegistry registry, StageToken token) {
        return new RunStore(registry.database()).get(token.runId()).state();
    }

    @Test
    void keepsWhatTookEffectAtWhichStepForAnAttemptThatGoesOn(TestRegistry registry) {
        ControlStore controls = new ControlStore(registry.database());
        StageToken token = working(registry);
        Control slower = controls.ofStage(scale(token.runId(), 0.5), WORKING, TRAIN_STAGES);
        Control pause = controls.pause(ask(token.runId(), "pause"));
        assertThat(controls.open(token)).containsExactly(slower, pause);

        Control applied = controls.apply(token, slower.id(), 120);

        assertThat(applied.effectiveStep()).hasValue(120);
        assertThat(controls.open(token)).containsExactly(pause);
        registry.begin(token.runId(), "pretrain");
        assertThat(controls.appliedTo(token.executionId())).containsExactly(applied);
        assertThatThrownBy(() -> controls.apply(token, pause.id(), 130)).isInstanceOf(StaleFenceException.class);
    }

    @Test
    void isDecidedOnceAndForItsOwnRun(TestRegistry registry) {
        ControlStore controls = new ControlStore(registry.database());
        StageToken token = working(registry);
        StageToken other = working(registry);
        Control stop = controls.ofStage(ask(token.runId(), "stop"), WORKING, TRAIN_STAGES);

        assertThatThrownBy(() -> controls.apply(other, stop.id(), 1)).isInstanceOf(ConflictException.class);
        controls.apply(token, stop.id(), 1);
        assertThatThrownBy(() -> controls.apply(token, stop.id(), 1)).isInstanceOf(ConflictException.class);
        assertThatThrownBy(() -> controls.pause(ask(Identifiers.next(), "pause")))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void pausesInTheMiddleOfAStageAndResumes(TestRegistry registry) {
        ControlStore controls = new ControlStore(registry.database());
        StageToken token = working(registry);
        Control asked = controls.pause(ask(token.runId(), "pause"));
        assertThat(controls.pause(ask(token.runId(), "pause"))).isEqualTo(asked);
        assertThat(state(registry, token)).isEqualTo(RunState.RUNNING);

        controls.paused(token, OptionalLong.of(40));

        assertThat(state(registry, token)).isEqualTo(RunState.PAUSED);
        assertThat(controls.list(token.runId(), PageRequest.first(1)).items())
                .singleElement()
                .satisfies(pause -> {
                    assertThat(pause.state()).isEqualTo(Control.State.APPLIED);
                    assertThat(pause.effectiveStep()).hasValue(40);
                });
        assertThat(new StageStore(registry.database()).attempts(token.executionId()))
                .extracting(StageAttempt::outcome)
                .containsExactly(StageAttempt.Outcome.PAUSED);
        assertThat(controls.appliedTo(token.executionId())).isEmpty();
        assertThatThrownBy(() -> controls.pause(ask(token.runId(), "pause")))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("is PAUSED, not RUNNING");

        controls.resume(ask(token.runId(), "resume"));

        assertThat(state(registry, token)).isEqualTo(RunState.QUEUED);
        assertThatThrownBy(() -> controls.resume(ask(token.runId(), "resume")))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("is QUEUED, not PAUSED");
    }

    @Test
    void aRunThatHasNotBegunWaitsAtOnceAndIsQueuedAgain(TestRegistry registry) {
        ControlStore controls = new ControlStore(registry.database());
        RunStore runs = new RunStore(registry.database());
        UUID run = registry.run("pretrain").id();

        assertThat(controls.pause(ask(run, "pause")).state()).isEqualTo(Control.State.APPLIED);
        assertThat(runs.get(run).state()).isEqualTo(RunState.PAUSED);
        controls.resume(ask(run, "resume"));
        assertThat(runs.get(run).state()).isEqualTo(RunState.QUEUED);
    }

    @Test
    void aPauseThatAStageWasTooLateForTakesEffectBeforeTheNext(TestRegistry registry) {
        ControlStore controls = new ControlStore(registry.database());
        StageToken token = working(registry);

        assertThat(controls.pauseIfAsked(token.runId())).isFalse();
        controls.pause(ask(token.runId(), "pause"));
        assertThat(controls.pauseIfAsked(token.runId())).isTrue();
        assertThat(state(registry, token)).isEqualTo(RunState.PAUSED);
        assertThat(controls.open(token)).isEmpty();
    }

    @Test
    void aRequestWithAnIdIsWrittenOnce(TestRegistry registry) {
        ControlStore controls = new ControlStore(registry.database());
        StageToken token = working(registry);
        NewControl request = new NewControl(
                token.runId(),
                "extend",
                Optional.of(JsonNodeFactory.instance.numberNode(10)),
                Optional.empty(),
                Optional.of("request 1"));

        Control first = controls.ofStage(request, WORKING, TRAIN_STAGES);
        Control applied = controls.apply(token, first.id(), 7);

        assertThat(controls.ofStage(request, WORKING, TRAIN_STAGES)).isEqualTo(applied);
    }

    @Test
    void whatIsForAStageNeedsThatStageUnderWay(TestRegistry registry) {
        ControlStore controls = new ControlStore(registry.database());
        StageToken token = working(registry);

        assertThatThrownBy(() -> controls.ofStage(scale(token.runId(), 0.5), WORKING, List.of("finetune")))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("learning-rate-scale is refused")
                .hasMessageContaining("finetune");
        Control late = controls.ofStage(scale(token.runId(), 0.5), WORKING, TRAIN_STAGES);
        new StageStore(registry.database()).finish(token, List.of());
        controls.refuseOpen(token, "the stage had ended before");

        assertThatThrownBy(() -> controls.ofStage(scale(token.runId(), 0.5), WORKING, TRAIN_STAGES))
                .isInstanceOf(ConflictException.class);
        assertThat(controls.list(token.runId(), PageRequest.first(5)).items())
                .singleElement()
                .satisfies(control -> {
                    assertThat(control.id()).isEqualTo(late.id());
                    assertThat(control.state()).isEqualTo(Control.State.REFUSED);
                    assertThat(control.reason()).contains("the stage had ended before");
                });
    }

    @Test
    void aFailedRunBeginsAgainWithWhatDidNotSucceed(TestRegistry registry) {
        ControlStore controls = new ControlStore(registry.database());
        RunStore runs = new RunStore(registry.database());
        StageStore stages = new StageStore(registry.database());
        UUID run = registry.run("prepare", "pretrain", "finetune").id();
        runs.transition(run, EnumSet.of(RunState.QUEUED), RunState.RUNNING, Optional.empty());
        stages.finish(registry.begin(run, "prepare"), List.of());
        registry.begin(run, "pretrain");
        assertThatThrownBy(() -> controls.retry(ask(run, "retry")))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("is RUNNING, not CANCELLED or FAILED");
        assertThat(controls.retried(run)).isFalse();
        stages.fail(run, "pretrain", TestRegistry.document("message", "broken"));
        stages.cancelUnfinished(run);
        runs.transition(
                run,
                EnumSet.of(RunState.RUNNING),
                RunState.FAILED,
                Optional.of(TestRegistry.document("message", "broken")));

        controls.retry(ask(run, "retry"));

        assertThat(controls.retried(run)).isTrue();
        assertThat(runs.get(run).state()).isEqualTo(RunState.QUEUED);
        assertThat(runs.get(run).failure()).isEmpty();
        assertThat(runs.get(run).finishedAt()).isEmpty();
        assertThat(stages.ofRun(run))
                .extracting(StageExecution::state)
                .containsExactly(StageState.SUCCEEDED, StageState.PENDING, StageState.PENDING);
        assertThat(stages.get(run, "pretrain").failure()).isEmpty();
    }

    @Test
    void theEndOfARunDecidesWhatIsOpen(TestRegistry registry) {
        ControlStore controls = new ControlStore(registry.database());
        StageToken token = working(registry);
        controls.pause(ask(token.runId(), "pause"));
        controls.cancel(ask(token.runId(), "cancel"));
        assertThat(state(registry, token)).isEqualTo(RunState.STOPPING);
        assertThatThrownBy(() -> controls.paused(token, OptionalLong.empty())).isInstanceOf(ConflictException.class);
        assertThatThrownBy(() -> controls.cancel(ask(token.runId(), "cancel"))).isInstanceOf(ConflictException.class);

        controls.closeOpen(token.runId(), RunState.CANCELLED);

        assertThat(controls.list(token.runId(), PageRequest.first(5)).items())
                .extracting(Control::kind, Control::state)
                .containsExactly(tuple("cancel", Control.State.APPLIED), tuple("pause", Control.State.REFUSED));
    }
}
