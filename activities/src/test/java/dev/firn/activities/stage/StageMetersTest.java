package dev.firn.activities.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StageMetersTest {
    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void stepsAndTokensAddUpOverRunsWhileLossAndStepStandForOne() {
        try (StageMeters first = new StageMeters(registry, "run-1", "pretrain");
                StageMeters second = new StageMeters(registry, "run-2", "pretrain")) {
            first.step(1, 100, 50, 2.5);
            first.step(2, 100, 60, 2.25);
            second.step(7, 200, 10, 1.5);

            assertThat(registry.get("firn.train.steps")
                            .tag("stage", "pretrain")
                            .counter()
                            .count())
                    .isEqualTo(3);
            assertThat(registry.get("firn.train.tokens").counter().count()).isEqualTo(120);
            assertThat(gauge("firn.train.loss", "run-1")).isEqualTo(2.25);
            assertThat(gauge("firn.train.step", "run-1")).isEqualTo(2);
            assertThat(gauge("firn.train.step.limit", "run-1")).isEqualTo(100);
            assertThat(gauge("firn.train.loss", "run-2")).isEqualTo(1.5);
        }
    }

    @Test
    void whatStandsForARunGoesAwayWithItsAttempt() {
        StageMeters meters = new StageMeters(registry, "run-1", "finetune");
        meters.step(1, 2, 3, 4);

        meters.close();

        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                .noneMatch(id -> id.getTag("run") != null)
                .anyMatch(id -> id.getName().equals("firn.train.steps"));
    }

    @Test
    void anAttemptThatIsTriedAgainCountsAsARetry() {
        StageMeters meters = new StageMeters(registry, "run-1", "mine");

        meters.ended(StageMeters.Outcome.RETRIED, Duration.ofSeconds(3));
        meters.ended(StageMeters.Outcome.SUCCEEDED, Duration.ofSeconds(5));

        assertThat(registry.get("firn.stage.retries")
                        .tag("stage", "mine")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("firn.stage.attempt")
                        .tag("outcome", "succeeded")
                        .timer()
                        .totalTime(TimeUnit.SECONDS))
                .isEqualTo(5);
    }

    @Test
    void aWaitThatClocksOfTwoMachinesMakeNegativeIsNone() {
        StageMeters meters = new StageMeters(registry, "run-1", "mine");

        meters.waited(Duration.ofSeconds(-4));
        meters.waited(Duration.ofSeconds(30));

        assertThat(registry.get("firn.stage.queue.wait").timer().count()).isEqualTo(2);
        assertThat(registry.get("firn.stage.queue.wait").timer().totalTime(TimeUnit.SECONDS))
                .isEqualTo(30);
    }

    @Test
    void checkpointsTellTheirTimeAndSize() {
        StageMeters meters = new StageMeters(registry, "run-1", "initialise");

        meters.checkpoint(TimeUnit.MILLISECONDS.toNanos(1500), 1_000);
        meters.checkpoint(TimeUnit.MILLISECONDS.toNanos(500), 3_000);

        assertThat(registry.get("firn.checkpoint").timer().totalTime(TimeUnit.SECONDS))
                .isEqualTo(2);
        assertThat(registry.get("firn.checkpoint.size").summary().totalAmount()).isEqualTo(4_000);
    }

    private double gauge(String name, String run) {
        return registry.get(name).tag("run", run).gauge().value();
    }
}
