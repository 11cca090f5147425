package dev.firn.activities.stage;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When a training's next checkpoint is due: at every multiple of a number of steps, or when so many seconds have gone by
 * since the last, whichever comes first. A checkpoint that is taken late does not move the ones after it.
 */
final class CheckpointSchedule {
    private final @Nullable Long everySteps;
    private final @Nullable Long everyNanoseconds;
    private long lastPosition;
    private long lastTime = System.nanoTime();

    /**
     * A schedule that begins now, at step 0.
     *
     * @param everySteps null when steps do not count
     * @param everySeconds null when time does not count
     */
    CheckpointSchedule(@Nullable Long everySteps, @Nullable Long everySeconds) {
        this.everySteps = everySteps;
        this.everyNanoseconds = everySeconds == null ? null : TimeUnit.SECONDS.toNanos(everySeconds);
    }

    /** Whether a checkpoint is due after so many steps, at this {@link System#nanoTime()}. */
    boolean due(long position, long time) {
        return position > lastPosition
                && ((everySteps != null && position / everySteps > lastPosition / everySteps)
                        || (everyNanoseconds != null && time - lastTime >= everyNanoseconds));
    }

    /** Notes that one was taken, or gone on from. */
    void taken(long position, long time) {
        lastPosition = position;
        lastTime = time;
    }
}
