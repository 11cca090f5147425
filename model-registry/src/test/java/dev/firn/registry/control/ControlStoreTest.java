package dev.firn.registry.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.firn.registry.ConflictException;
import dev.firn.registry.Identifiers;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.PageRequest;
import dev.firn.registry.StageToken;
import dev.firn.registry.TestRegistry;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestRegistry.Extension.class)
class ControlStoreTest {
    @Test
    void keepsWhatTookEffectAtWhichStepForAnAttemptThatGoesOn(TestRegistry registry) {
        ControlStore controls = new ControlStore(registry.database());
        StageToken token = registry.begun("pretrain");
        Control slower = controls.request(
                token.runId(),
                "learning-rate-scale",
                Optional.of(JsonNodeFactory.instance.numberNode(0.5)),
                Optional.of("ada"),
                Optional.empty());
        Control pause =
                controls.request(token.runId(), "pause", Optional.empty(), Optional.empty(), Optional.of("request 1"));
        assertThat(controls.request(
                        token.runId(), "pause", Optional.empty(), Optional.empty(), Optional.of("request 1")))
                .isEqualTo(pause);
        assertThat(controls.pending(token.runId())).containsExactly(slower, pause);

        Control applied = controls.apply(token, slower.id(), 120);
        controls.refuse(pause.id(), "the stage is about to end");

        assertThat(applied.effectiveStep()).hasValue(120);
        assertThat(controls.pending(token.runId())).isEmpty();
        registry.begin(token.runId(), "pretrain");
        assertThat(controls.appliedTo(token.executionId())).containsExactly(applied);
        assertThat(controls.list(token.runId(), PageRequest.first(10)).items())
                .extracting(Control::state)
                .containsExactly(Control.State.REFUSED, Control.State.APPLIED);
    }

    @Test
    void isDecidedOnceAndForItsOwnRun(TestRegistry registry) {
        ControlStore controls = new ControlStore(registry.database());
        StageToken token = registry.begun("pretrain");
        StageToken other = registry.begun("pretrain");
        Control stop = controls.request(token.runId(), "stop", Optional.empty(), Optional.empty(), Optional.empty());

        assertThatThrownBy(() -> controls.apply(other, stop.id(), 1)).isInstanceOf(ConflictException.class);
        controls.apply(stop.id());
        assertThatThrownBy(() -> controls.apply(token, stop.id(), 1)).isInstanceOf(ConflictException.class);
        assertThatThrownBy(() -> controls.refuse(stop.id(), "late")).isInstanceOf(ConflictException.class);
        assertThatThrownBy(() -> controls.request(
                        Identifiers.next(), "stop", Optional.empty(), Optional.empty(), Optional.empty()))
                .isInstanceOf(NotFoundException.class);
    }
}
