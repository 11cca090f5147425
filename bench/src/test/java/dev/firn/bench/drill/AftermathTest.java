package dev.firn.bench.drill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class AftermathTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Strike AT_STEP_57 =
            new Strike(Fault.SERVER, START.plusSeconds(10), "pretrain", OptionalLong.of(57), OptionalLong.of(40));

    @Test
    void theStepsSinceTheCheckpointThatTrainingWentOnFromAreLost() {
        Aftermath aftermath = Aftermath.of(
                AT_STEP_57,
                Instant.MAX,
                new RunLog(List.of(attempt(1, 1), resumed(2, 20), attempt(16, 2), resumed(17, 40))),
                20);
        assertThat(aftermath.lostSteps()).hasValue(17);
        assertThat(aftermath.secondsUntilGoingOn()).isEqualTo(6);
        assertThat(aftermath.withinBounds()).isTrue();
    }

    @Test
    void theCheckpointBeforeWillDoWhileTheNewestIsBeingWritten() {
        assertThat(lostAfter(resumed(17, 20)).lostSteps()).hasValue(37);
        assertThat(lostAfter(resumed(17, 20)).withinBounds()).isTrue();
        assertThat(lostAfter(resumed(17, 0)).withinBounds()).isFalse();
    }

    @Test
    void aTrainingThatStartsFromTheBeginningHasLostAllItsSteps() {
        Aftermath aftermath = Aftermath.of(AT_STEP_57, Instant.MAX, new RunLog(List.of(attempt(16, 2))), 20);
        assertThat(aftermath.lostSteps()).hasValue(57);
        assertThat(aftermath.withinBounds()).isFalse();
    }

    @Test
    void aSpoiledCheckpointMayCostTheStepsSinceTheOneBeforeAndTheDamageIsNoResumption() {
        Strike strike = new Strike(
                Fault.CORRUPT_BLOB, START.plusSeconds(10), "pretrain", OptionalLong.of(57), OptionalLong.of(40));
        ObjectNode damage = resumed(17, 40).put("type", "damage");
        Aftermath aftermath =
                Aftermath.of(strike, Instant.MAX, new RunLog(List.of(attempt(16, 2), damage, resumed(18, 20))), 20);
        assertThat(aftermath.lostSteps()).hasValue(37);
        assertThat(aftermath.allowedSteps()).hasValue(57);
    }

    @Test
    void attemptsThatFailBecauseTheFaultLastsAreNoGoingOn() {
        Aftermath aftermath = Aftermath.of(
                AT_STEP_57,
                START.plusSeconds(60),
                new RunLog(List.of(attempt(12, 2), attempt(16, 3), attempt(44, 4), resumed(45, 40), attempt(70, 5))),
                20);
        assertThat(aftermath.secondsUntilGoingOn()).isEqualTo(34);
        assertThat(aftermath.lostSteps()).hasValue(17);
    }

    @Test
    void nothingIsLostWhereTheAttemptWentOn() {
        Aftermath aftermath = Aftermath.of(AT_STEP_57, START.plusSeconds(12), new RunLog(List.of(attempt(16, 2))), 20);
        assertThat(aftermath.lostSteps()).hasValue(0);
        assertThat(aftermath.secondsUntilGoingOn()).isZero();
    }

    @Test
    void aStageThatWaitedForRoomGoesOnWhenItSaysSo() {
        Strike strike = new Strike(
                Fault.DISK_FULL, START.plusSeconds(10), "pretrain", OptionalLong.of(57), OptionalLong.of(50));
        Aftermath aftermath = Aftermath.of(
                strike,
                Instant.MAX,
                new RunLog(List.of(attempt(16, 2), resumed(17, 50), storage(20, true), storage(24, false))),
                10);
        assertThat(aftermath.secondsUntilGoingOn()).isEqualTo(14);
        assertThat(aftermath.lostSteps()).hasValue(7);
        assertThat(aftermath.withinBounds()).isTrue();
    }

    @Test
    void outsideOfTrainingThereAreNoStepsToLose() {
        Strike strike = new Strike(Fault.SERVER, START, "pretrain", OptionalLong.empty(), OptionalLong.empty());
        Aftermath aftermath = Aftermath.of(strike, Instant.MAX, new RunLog(List.of(attempt(3, 2))), 20);
        assertThat(aftermath.lostSteps()).isEmpty();
        assertThat(aftermath.secondsUntilGoingOn()).isEqualTo(3);
        assertThat(aftermath.withinBounds()).isTrue();
    }

    private static Aftermath lostAfter(JsonNode resumption) {
        return Aftermath.of(AT_STEP_57, Instant.MAX, new RunLog(List.of(attempt(16, 2), resumption)), 20);
    }

    private static ObjectNode attempt(int second, int number) {
        ObjectNode event = event(second);
        event.putObject("data").put("state", "RUNNING").put("attempt", number);
        return event;
    }

    private static ObjectNode resumed(int second, int step) {
        ObjectNode event = event(second);
        event.putObject("data").put("checkpoint", "01a20a42").put("step", step);
        return event;
    }

    private static ObjectNode storage(int second, boolean waiting) {
        ObjectNode event = event(second).put("type", "storage");
        event.putObject("data").put("waiting", waiting);
        return event;
    }

    private static ObjectNode event(int second) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", second)
                .put("at", START.plusSeconds(second).toString())
                .put("stage", "pretrain");
    }
}
