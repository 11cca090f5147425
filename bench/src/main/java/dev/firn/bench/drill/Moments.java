package dev.firn.bench.drill;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws the moments of a drill: two of three, at least half, fall inside train stages behind their first checkpoint, each step being
 * as likely as any other; the rest falls into the other stages, each second of the undisturbed run being as likely as any other.
 */
final class Moments {
    /** So much of a train stage's end, half of it at most, is left out: what a stage tells of its progress is a second old. */
    private static final double LAST_SECONDS = 3;

    /** So much of another stage's end is left out: the run may have ended before the strike. */
    private static final double SHORTEST_SECONDS = 1;

    private Moments() {}

    /**
     * Draws.
     *
     * @param stages what the undisturbed run was like
     * @param everySteps steps between checkpoints
     * @param onlyTraining whether all are to fall inside train stages
     * @return in the order of the run
     */
    static List<Moment> draw(List<StageLength> stages, int everySteps, int count, long seed, boolean onlyTraining) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Moment> moments = new ArrayList<>();
        int others = onlyTraining ? 0 : count / 3;
        for (int i = 0; i < count; i++) {
            moments.add(draw(stages, everySteps, i >= others, random));
        }
        Collections.sort(moments);
        return moments;
    }

    private static Moment draw(List<StageLength> stages, int everySteps, boolean training, SplittableRandom random) {
        double all = 0;
        for (StageLength stage : stages) {
            all += weight(stage, everySteps, training);
        }
        if (all <= 0) {
            throw new IllegalArgumentException("no stage is long enough: " + stages);
        }
        double left = random.nextDouble() * all;
        int place = 0;
        while (left >= weight(stages.get(place), everySteps, training)) {
            left -= weight(stages.get(place), everySteps, training);
            place++;
        }
        return new Moment(
                place, stages.get(place).name(), training, training ? everySteps + 1 + Math.floor(left) : left);
    }

    /** How many steps, or seconds, of a stage there are to draw from. */
    private static double weight(StageLength stage, int everySteps, boolean training) {
        if (training) {
            double leftOut = Math.min(LAST_SECONDS / stage.seconds(), 0.5);
            return Math.max(0, Math.floor(stage.steps() * (1 - leftOut)) - everySteps - 1);
        }
        return stage.steps() > 0 ? 0 : Math.max(0, stage.seconds() - SHORTEST_SECONDS);
    }

    /**
     * How long a stage took undisturbed.
     *
     * @param steps 0 when it does not train
     */
    record StageLength(String name, long steps, double seconds) {}
}
