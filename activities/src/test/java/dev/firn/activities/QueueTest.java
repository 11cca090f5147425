package dev.firn.activities;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.registry.event.Event;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that wait for the one worker, on the real services. */
class QueueTest {
    @TempDir
    Path folder;

    private TestBed firn;
    private String specification;

    @BeforeEach
    void start() throws IOException {
        specification =
                SmallData.write(Files.createDirectories(folder.resolve("data")), SmallData.FEW_PAIRS_PER_LANGUAGE);
        firn = new TestBed(folder.resolve("home"));
    }

    @AfterEach
    void stop() {
        firn.close();
    }

    @Test
    void runsThatWaitedForAWorkerAreComputedByPriorityThenAge() {
        firn.stopWorker();
        UUID first = submit(OptionalInt.empty());
        UUID second = submit(OptionalInt.empty());
        UUID urgent = submit(OptionalInt.of(7));
        assertThat(firn.stores.queue().waitingFor(List.of(first))).containsKey(first);
        firn.reconciler.reconcile();
        assertThat(firn.stores.events().after(first, 0, 100))
                .extracting(Event::message)
                .anyMatch(message -> message.contains("./firn up --role worker"));

        firn.startWorker();

        assertThat(firn.ended(urgent).state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(firn.ended(first).state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(firn.ended(second).state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(started(urgent)).isBefore(started(first));
        assertThat(started(first)).isBefore(started(second));
        assertThat(firn.stores.runs().get(urgent).priority()).isEqualTo(7);
    }

    @Test
    void aRunThatWaitsForItsTurnIsCancelledAtOnceAndTheRunningOneGoesOn() {
        UUID first = submit(OptionalInt.empty());
        TestBed.await(Duration.ofMinutes(1), () -> firn.state(first) == RunState.RUNNING);
        UUID second = submit(OptionalInt.empty());
        TestBed.await(
                Duration.ofMinutes(1),
                () -> firn.stores.events().after(second, 0, 100).stream()
                        .anyMatch(event -> event.message().startsWith("waits for a free compute slot")));

        firn.control.cancel(second, Optional.empty());

        Run ended = firn.ended(second);
        assertThat(ended.state()).isEqualTo(RunState.CANCELLED);
        assertThat(ended.startedAt()).isEmpty();
        assertThat(firn.ended(first).state()).isEqualTo(RunState.SUCCEEDED);
    }

    private UUID submit(OptionalInt priority) {
        return firn.submission
                .submit(specification, Optional.empty(), priority, Optional.empty())
                .runId();
    }

    private Instant started(UUID run) {
        return firn.stores.runs().get(run).startedAt().orElseThrow();
    }
}
