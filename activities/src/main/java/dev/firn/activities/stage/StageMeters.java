package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What an attempt at a stage tells the meters of its process. What adds up carries the stage's name only; what stands for
 * one run (loss, step) carries the run's id too, and goes away with the attempt, so that the number of series follows the
 * work under way and not the runs that ever were.
 */
final class StageMeters implements AutoCloseable {
    private static final Duration[] WAITS = {
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        Duration.ofMinutes(1),
        Duration.ofMinutes(10),
        Duration.ofHours(1)
    };

    private final MeterRegistry meters;
    private final Tags stage;
    private final Tags run;
    private final List<Meter> gauges = new ArrayList<>();
    private final AtomicLong lossBits = new AtomicLong();
    private final AtomicLong step = new AtomicLong();
    private final AtomicLong totalSteps = new AtomicLong();

    /** How an attempt at a stage ended. */
    enum Outcome {
        /** It was computed. */
        SUCCEEDED,
        /** Another run's outputs were taken over. */
        REUSED,
        /** It was told to stop. */
        STOPPED,
        /** It failed, and is tried again. */
        RETRIED,
        /** It failed, and the run with it. */
        FAILED
    }

    StageMeters(MeterRegistry meters, String runId, String stage) {
        this.meters = requireNonNull(meters, "meters is null");
        this.stage = Tags.of("stage", requireNonNull(stage, "stage is null"));
        this.run = this.stage.and("run", requireNonNull(runId, "runId is null"));
    }

    /** How long the attempt lay in its task queue until a worker took it. */
    void waited(Duration wait) {
        Timer.builder("firn.stage.queue.wait")
                .description("Time from an attempt's schedule until a worker took it")
                .tags(stage)
                .serviceLevelObjectives(WAITS)
                .register(meters)
                .record(wait.isNegative() ? Duration.ZERO : wait);
    }

    /** How the attempt ended, and after how long. */
    void ended(Outcome outcome, Duration duration) {
        Timer.builder("firn.stage.attempt")
                .description("Attempts at stages, by how they ended")
                .tags(stage.and("outcome", outcome.name().toLowerCase(Locale.ROOT)))
                .register(meters)
                .record(duration);
        if (outcome == Outcome.RETRIED) {
            Counter.builder("firn.stage.retries")
                    .description("Attempts at stages that failed and are tried again")
                    .tags(stage)
                    .register(meters)
                    .increment();
        }
    }

    /** A step of training. */
    void step(long position, long ofSteps, long tokens, double loss) {
        lossBits.set(Double.doubleToRawLongBits(loss));
        step.set(position);
        totalSteps.set(ofSteps);
        if (gauges.isEmpty()) {
            gauges.add(Gauge.builder("firn.train.loss", lossBits, bits -> Double.longBitsToDouble(bits.get()))
                    .description("Loss of the last step of a training under way")
                    .tags(run)
                    .register(meters));
            gauges.add(Gauge.builder("firn.train.step", step, AtomicLong::get)
                    .description("Steps done of a training under way")
                    .tags(run)
                    .register(meters));
            gauges.add(Gauge.builder("firn.train.step.limit", totalSteps, AtomicLong::get)
                    .description("Steps that a training under way will have")
                    .tags(run)
                    .register(meters));
        }
        Counter.builder("firn.train.steps")
                .description("Training steps done by this process")
                .tags(stage)
                .register(meters)
                .increment();
        Counter.builder("firn.train.tokens")
                .description("Tokens trained on by this process")
                .tags(stage)
                .register(meters)
                .increment((double) tokens);
    }

    /** A checkpoint was committed: how long after its arrays were copied, and how large it is. */
    void checkpoint(long nanoseconds, long bytes) {
        Timer.builder("firn.checkpoint")
                .description("Time from the copy of the arrays to the commit of a checkpoint")
                .tags(stage)
                .register(meters)
                .record(nanoseconds, TimeUnit.NANOSECONDS);
        DistributionSummary.builder("firn.checkpoint.size")
                .description("Sizes of committed checkpoints")
                .baseUnit("bytes")
                .tags(stage)
                .register(meters)
                .record((double) bytes);
    }

    /** Takes away what stands for the run. */
    @Override
    public void close() {
        gauges.forEach(meters::remove);
        gauges.clear();
    }
}
