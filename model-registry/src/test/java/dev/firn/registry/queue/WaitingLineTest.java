package dev.firn.registry.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class WaitingLineTest {
    private static final long GIGABYTE = 1_000_000_000;
    private static final UUID FIRST = new UUID(0, 1);
    private static final UUID SECOND = new UUID(0, 2);
    private static final UUID THIRD = new UUID(0, 3);

    @Test
    void freeSlotsGoToThoseWhoStandFirst() {
        Map<UUID, Admission> decisions = WaitingLine.decide(
                List.of(waiter(FIRST, 1), waiter(SECOND, 1), waiter(THIRD, 1)),
                List.of(new ComputeClass("cpu", 3, 2, 8 * GIGABYTE)));

        assertThat(decisions.get(FIRST)).isEqualTo(new Admission.Granted("cpu"));
        assertThat(decisions.get(SECOND)).isInstanceOfSatisfying(Admission.Waiting.class, waiting -> {
            assertThat(waiting.ahead()).isEqualTo(1);
            assertThat(waiting.reason()).contains("3 that fit are taken", "1 run before it");
        });
        assertThat(decisions.get(THIRD))
                .isInstanceOfSatisfying(
                        Admission.Waiting.class,
                        waiting -> assertThat(waiting.ahead()).isEqualTo(2));
    }

    @Test
    void aRunTakesTheSmallestClassThatFitsAndLeavesTheLargeOneToOthers() {
        Map<UUID, Admission> decisions = WaitingLine.decide(
                List.of(waiter(FIRST, 1), waiter(SECOND, 30)),
                List.of(new ComputeClass("large", 1, 0, 64 * GIGABYTE), new ComputeClass("cpu", 1, 0, 8 * GIGABYTE)));

        assertThat(decisions)
                .containsEntry(FIRST, new Admission.Granted("cpu"))
                .containsEntry(SECOND, new Admission.Granted("large"));
    }

    @Test
    void aSmallRunTakesALargeSlotRatherThanNone() {
        Map<UUID, Admission> decisions = WaitingLine.decide(
                List.of(waiter(FIRST, 1)),
                List.of(new ComputeClass("large", 1, 0, 64 * GIGABYTE), new ComputeClass("cpu", 1, 1, 8 * GIGABYTE)));

        assertThat(decisions).containsEntry(FIRST, new Admission.Granted("large"));
    }

    @Test
    void aRunThatFitsNowhereSaysWhatItNeedsAndHoldsNobodyUp() {
        Map<UUID, Admission> decisions = WaitingLine.decide(
                List.of(waiter(FIRST, 200), waiter(SECOND, 1)), List.of(new ComputeClass("cpu", 1, 0, 8 * GIGABYTE)));

        assertThat(decisions.get(FIRST))
                .isInstanceOfSatisfying(
                        Admission.Unservable.class,
                        unservable -> assertThat(unservable.reason()).contains("200.0 GB", "8.0 GB"));
        assertThat(decisions).containsEntry(SECOND, new Admission.Granted("cpu"));
    }

    @Test
    void withoutAnyWorkerEveryRunSaysHowToStartOne() {
        assertThat(WaitingLine.decide(List.of(waiter(FIRST, 1)), List.of()).get(FIRST))
                .isInstanceOfSatisfying(
                        Admission.Unservable.class,
                        unservable -> assertThat(unservable.reason()).contains("./firn up --role worker"));
    }

    private static WaitingLine.Waiter waiter(UUID id, long gigabytes) {
        return new WaitingLine.Waiter(id, gigabytes * GIGABYTE);
    }
}
