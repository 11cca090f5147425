package dev.firn.activities;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.StageExecution;
import dev.firn.registry.run.StageOutput;
import dev.firn.registry.run.StageShard;
import dev.firn.registry.run.StageState;
import dev.firn.workflows.run.ControlKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stages whose work is divided, with one worker and with two, on the real services. */
class ShardsTest {
    /** Shards have 2,048 texts: one of queries, which repeat, and two of documents. */
    private static final int PAIRS_PER_LANGUAGE = 1300;

    private static final Duration LONG = Duration.ofMinutes(5);

    @TempDir
    static Path folder;

    private static TestBed firn;
    private static String specification;
    private static UUID byOneWorker;
    private static List<StageOutput> filtered;
    private static List<StageOutput> mined;

    @BeforeAll
    static void start() throws IOException {
        specification = SmallData.write(Files.createDirectories(folder.resolve("data")), PAIRS_PER_LANGUAGE)
                        .replace("steps: 40,", "steps: 4,")
                        .replace("steps: 200,", "steps: 4,")
                        .replace("steps: 30,", "steps: 4,")
                        .replace("    maximumTokens: 12\n  topRank", "    maximumTokens: 8\n  topRank")
                + "reuse: false\n";
        firn = new TestBed(folder.resolve("home"));
        byOneWorker = submit();
        assertThat(firn.ended(byOneWorker).state()).isEqualTo(RunState.SUCCEEDED);
        filtered = stage(byOneWorker, "filter").outputs();
        mined = stage(byOneWorker, "mine").outputs();
    }

    @AfterAll
    static void stop() {
        firn.close();
    }

    private static UUID submit() {
        return firn.submission.submit(specification, Optional.empty()).runId();
    }

    private static StageExecution stage(UUID run, String name) {
        return firn.stores.stages().get(run, name);
    }

    private static List<StageShard> shards(UUID run, String name) {
        return firn.stores.shards().list(stage(run, name).id());
    }

    private static long finished(UUID run) {
        return shards(run, "filter").stream()
                .filter(shard -> shard.result().isPresent())
                .count();
    }

    private static void assertSameOutputs(UUID run) {
        assertThat(firn.ended(run).state()).isEqualTo(RunState.SUCCEEDED);
        assertThat(stage(run, "filter").outputs()).isEqualTo(filtered);
        assertThat(stage(run, "mine").outputs()).isEqualTo(mined);
    }

    @Test
    void aDividedStageIsOneAttemptWhoseShardsAreKeptUntilItIsDone() {
        assertThat(stage(byOneWorker, "filter").attempts()).isEqualTo(1);
        assertThat(shards(byOneWorker, "filter"))
                .filteredOn(shard -> shard.phase() == 0)
                .hasSize(3)
                .allMatch(shard -> shard.done() == shard.size()
                        && shard.worker().equals(Optional.of("test"))
                        && shard.finishedAt().isPresent()
                        && shard.result().isEmpty());
        // The filter's vectors serve again
        assertThat(shards(byOneWorker, "mine")).allMatch(shard -> shard.phase() == 2);
    }

    @Test
    void twoWorkersShareTheShardsAndTheOutputsAreTheSame() {
        try (FirnWorker _ = firn.anotherWorker("second")) {
            UUID run = submit();

            assertSameOutputs(run);

            assertThat(shards(run, "filter"))
                    .extracting(shard -> shard.worker().orElseThrow())
                    .contains("test", "second");
        }
    }

    @Test
    void theShardOfAWorkerThatGoesAwayIsDoneAgainByTheOther() {
        FirnWorker second = firn.anotherWorker("second");
        UUID run = submit();
        TestBed.await(
                LONG,
                () -> shards(run, "filter").stream()
                        .anyMatch(shard -> shard.worker().equals(Optional.of("second"))
                                && shard.done() > 0
                                && shard.result().isEmpty()));

        second.close();

        assertSameOutputs(run);
        assertThat(stage(run, "filter").attempts()).isEqualTo(1);
    }

    /** Both in one run, as it is the teacher's work that takes the time. */
    @Test
    void aRunThatIsPausedOrCancelledWhileItsStageIsDividedGoesOnWithTheShardsThatAreLeft() {
        UUID run = submit();
        TestBed.await(LONG, () -> finished(run) >= 1);
        firn.control.request(run, ControlKind.PAUSE, Optional.empty(), Optional.empty(), Optional.empty());
        TestBed.await(LONG, () -> firn.state(run) == RunState.PAUSED);
        List<StageShard> paused = shards(run, "filter");
        assertProgressCountsThroughAllShardsOfThePhase(run);
        assertThat(stage(run, "filter").state()).isEqualTo(StageState.RUNNING);
        assertThat(paused).anyMatch(shard -> shard.result().isEmpty());

        firn.control.request(run, ControlKind.RESUME, Optional.empty(), Optional.empty(), Optional.empty());

        TestBed.await(LONG, () -> firn.state(run) == RunState.RUNNING);
        firn.control.cancel(run, Optional.empty());
        assertThat(firn.ended(run).state()).isEqualTo(RunState.CANCELLED);
        assertThat(stage(run, "filter").state()).isEqualTo(StageState.CANCELLED);
        List<StageShard> cancelled = shards(run, "filter");
        assertSameFinished(paused, cancelled);
        assertThat(cancelled).anyMatch(shard -> shard.result().isEmpty());

        firn.control.retry(run, Optional.empty(), Optional.empty());

        assertSameOutputs(run);
        assertSameFinished(cancelled, shards(run, "filter"));
    }

    /** Shards that were finished before were not done again. */
    private static void assertSameFinished(List<StageShard> before, List<StageShard> after) {
        for (int i = 0; i < before.size(); i++) {
            if (before.get(i).result().isPresent()) {
                assertThat(after.get(i).finishedAt()).isEqualTo(before.get(i).finishedAt());
            }
        }
    }

    private static void assertProgressCountsThroughAllShardsOfThePhase(UUID run) {
        JsonNode progress = stage(run, "filter").progress().orElseThrow();
        long total = shards(run, "filter").stream()
                .filter(shard -> shard.phase() == 0)
                .mapToLong(StageShard::size)
                .sum();
        assertThat(progress.path("message").asText()).isEqualTo("embedding texts with the teacher");
        assertThat(progress.path("totalSteps").asLong()).isEqualTo(total);
        assertThat(progress.path("step").asLong()).isBetween(1L, total);
    }
}
