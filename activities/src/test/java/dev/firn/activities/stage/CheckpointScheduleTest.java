package dev.firn.activities.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CheckpointScheduleTest {
    private final long start = System.nanoTime();

    @Test
    void isDueAtEveryMultipleOfTheSteps() {
        CheckpointSchedule schedule = new CheckpointSchedule(10L, null);

        assertThat(taken(schedule, 45, 0)).containsExactly(10L, 20L, 30L, 40L);
    }

    @Test
    void aLateOrAnExtraCheckpointDoesNotMoveTheOnesAfterIt() {
        CheckpointSchedule schedule = new CheckpointSchedule(10L, null);
        schedule.taken(13, start);

        assertThat(schedule.due(19, start)).isFalse();
        assertThat(schedule.due(20, start)).isTrue();

        schedule.taken(27, start);
        assertThat(schedule.due(28, start)).isFalse();
        assertThat(schedule.due(30, start)).isTrue();
    }

    @Test
    void isDueWhenTheSecondsAreOver() {
        CheckpointSchedule schedule = new CheckpointSchedule(null, 60L);
        schedule.taken(0, start);

        assertThat(taken(schedule, 10, TimeUnit.SECONDS.toNanos(25))).containsExactly(3L, 6L, 9L);
    }

    @Test
    void whicheverComesFirstDecides() {
        CheckpointSchedule schedule = new CheckpointSchedule(4L, 60L);
        schedule.taken(0, start);

        assertThat(taken(schedule, 8, TimeUnit.SECONDS.toNanos(1))).containsExactly(4L, 8L);
        assertThat(schedule.due(9, start + TimeUnit.SECONDS.toNanos(68))).isTrue();
    }

    @Test
    void isNeverDueTwiceForOneStep() {
        CheckpointSchedule schedule = new CheckpointSchedule(1L, 1L);
        schedule.taken(5, start);

        assertThat(schedule.due(5, start + TimeUnit.HOURS.toNanos(1))).isFalse();
    }

    private List<Long> taken(CheckpointSchedule schedule, long steps, long nanosecondsAStep) {
        List<Long> taken = new ArrayList<>();
        for (long step = 1; step <= steps; step++) {
            long now = start + step * nanosecondsAStep;
            if (schedule.due(step, now)) {
                schedule.taken(step, now);
                taken.add(step);
            }
        }
        return taken;
    }
}
