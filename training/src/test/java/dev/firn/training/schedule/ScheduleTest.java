package dev.firn.training.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class ScheduleTest {
    private static double[] rates(Schedule schedule, long totalSteps) {
        return LongStream.range(0, totalSteps)
                .mapToDouble(step -> schedule.learningRate(step, totalSteps))
                .toArray();
    }

    @Test
    void warmsUpStaysStableAndDecaysAtTheEnd() {
        assertThat(rates(new WarmupStableDecay(8, 4, 2, 2), 9)).containsExactly(2, 4, 6, 8, 8, 8, 8, 8, 5);
        assertThat(rates(new WarmupStableDecay(8, 0, 4), 6)).containsExactly(8, 8, 8, 6, 4, 2);
    }

    @Test
    void extendingARunMovesTheDecay() {
        WarmupStableDecay schedule = new WarmupStableDecay(8, 0, 4);
        assertThat(schedule.learningRate(5, 6)).isEqualTo(2);
        assertThat(schedule.learningRate(5, 12)).isEqualTo(8);
    }

    @Test
    void aRunShorterThanWarmUpAndDecayHasTheSmallerOfBoth() {
        assertThat(rates(new WarmupStableDecay(8, 4, 4), 4)).containsExactly(2, 4, 4, 2);
    }

    @Test
    void decaysLinearlyToZero() {
        assertThat(rates(new LinearDecay(6, 2), 5)).containsExactly(3, 6, 6, 4, 2);
        assertThat(rates(new Constant(3), 3)).containsExactly(3, 3, 3);
    }

    @Test
    void refusesRatesThatAreNone() {
        assertThatThrownBy(() -> new Constant(0)).hasMessage("rate must be above 0, is 0.0");
        assertThatThrownBy(() -> new LinearDecay(Double.NaN, 0)).hasMessage("peak must be above 0, is NaN");
        assertThatThrownBy(() -> new WarmupStableDecay(1, -1, 0)).hasMessage("warmupSteps must not be negative, is -1");
        assertThatThrownBy(() -> new WarmupStableDecay(1, 0, 0, 2))
                .hasMessage("minimum must be from 0 to the peak 1.0, is 2.0");
    }
}
