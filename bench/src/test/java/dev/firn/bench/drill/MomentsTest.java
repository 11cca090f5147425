package dev.firn.bench.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.bench.drill.Moments.StageLength;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class MomentsTest {
    private static final int EVERY = 20;
    private static final List<StageLength> STAGES = List.of(
            new StageLength("prepare", 0, 2),
            new StageLength("pretrain", 200, 40),
            new StageLength("mine", 0, 6),
            new StageLength("finetune", 100, 20));

    @Test
    void theSeedDecides() {
        assertThat(Moments.draw(STAGES, EVERY, 8, 1, false)).isEqualTo(Moments.draw(STAGES, EVERY, 8, 1, false));
        assertThat(Moments.draw(STAGES, EVERY, 8, 1, false)).isNotEqualTo(Moments.draw(STAGES, EVERY, 8, 2, false));
    }

    @Test
    void atLeastHalfFallIntoTrainStagesBehindTheFirstCheckpointInTheOrderOfTheRun() {
        for (int count = 1; count <= 12; count++) {
            List<Moment> moments = Moments.draw(STAGES, EVERY, count, 5, false);
            assertThat(moments).hasSize(count).isSorted();
            assertThat(moments.stream().filter(Moment::training).count() * 2).isGreaterThanOrEqualTo(count);
        }
    }

    @Test
    void allFallIntoTrainStagesWhereThatIsAskedFor() {
        assertThat(Moments.draw(STAGES, EVERY, 12, 5, true)).hasSize(12).allMatch(Moment::training);
    }

    @Test
    void everyMomentLiesInsideItsStage() {
        LongStream.range(0, 200)
                .boxed()
                .flatMap(seed -> Moments.draw(STAGES, EVERY, 6, seed, false).stream())
                .forEach(moment -> {
                    StageLength stage = STAGES.get(moment.place());
                    assertThat(moment.stage()).isEqualTo(stage.name());
                    if (moment.training()) {
                        assertThat(moment.amount()).isGreaterThan(EVERY).isLessThan((double) stage.steps());
                    } else {
                        assertThat(moment.amount()).isBetween(0.0, stage.seconds());
                        assertThat(stage.steps()).isZero();
                    }
                });
    }

    @Test
    void noneFallsSoNearToTheEndOfTrainingThatItCouldBeMissed() {
        List<StageLength> fast = List.of(new StageLength("pretrain", 200, 12));
        assertThat(Moments.draw(fast, EVERY, 100, 5, true)).allMatch(moment -> moment.amount() < 150);
    }

    @Test
    void everyStageThatTakesTimeIsMetBySomeSeed() {
        assertThat(LongStream.range(0, 200)
                        .boxed()
                        .flatMap(seed -> Moments.draw(STAGES, EVERY, 6, seed, false).stream())
                        .map(Moment::stage))
                .contains("prepare", "pretrain", "mine", "finetune");
    }

    @Test
    void refusesARunWhoseTrainStagesEndBeforeTheirFirstCheckpoint() {
        assertThatThrownBy(() -> Moments.draw(List.of(new StageLength("pretrain", 10, 3)), EVERY, 1, 1, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pretrain");
    }
}
