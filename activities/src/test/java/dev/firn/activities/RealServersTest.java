package dev.firn.activities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.firn.embedded.ExternalServices;
import dev.firn.embedded.ServiceAddresses;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.StageOutput;
import dev.firn.workflows.run.ControlKind;
import dev.firn.workflows.run.TaskQueues;
import dev.firn.workflows.stage.Stage;
import io.temporal.api.history.v1.HistoryEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on servers that are not ours, as far as their programs are on this machine. */
@Tag("real")
class RealServersTest {
    @TempDir
    Path folder;

    private RealServers servers;
    private String specification;

    @BeforeEach
    void start() throws IOException {
        servers = new RealServers(Files.createDirectories(folder.resolve("servers")));
        specification = SmallData.write(
                        Files.createDirectories(folder.resolve("data")), SmallData.FEW_PAIRS_PER_LANGUAGE)
                .replace("steps: 200,", "steps: 2000,")
                .replace("everySteps: 20}", "everySteps: 200}");
    }

    @AfterEach
    void stop() {
        servers.close();
    }

    @Test
    void aRunOnAPostgresAndAnObjectStoreOfTheirOwnProcessesHasTheBitsOfOneOnEmbeddedParts() throws Exception {
        Optional<Path> postgres = RealServers.postgres();
        assumeTrue(
                postgres.isPresent(),
                "there is no PostgreSQL on the PATH, in /usr/lib/postgresql or in FIRN_TEST_POSTGRES");
        ExternalServices external = new ExternalServices(
                Optional.of(servers.startPostgres(postgres.get())),
                Optional.of(servers.startS3Proxy()),
                Optional.empty());

        assertSameAsEmbedded(external);
    }

    @Test
    void aRunOnAMinioServerHasTheBitsOfOneOnEmbeddedParts() throws Exception {
        Optional<Path> minio = RealServers.program("FIRN_TEST_MINIO", "minio");
        assumeTrue(minio.isPresent(), "there is no program minio on the PATH, and FIRN_TEST_MINIO does not name one");

        assertSameAsEmbedded(
                new ExternalServices(Optional.empty(), Optional.of(servers.startMinio(minio.get())), Optional.empty()));
    }

    /** Runs, with a pause in the midst, and once more on embedded parts. */
    private void assertSameAsEmbedded(ExternalServices external) {
        List<StageOutput> onReal;
        try (TestBed firn = new TestBed(folder.resolve("home"), external, OptionalLong.empty())) {
            UUID run = firn.submission.submit(specification, Optional.empty()).runId();
            TestBed.await(
                    Duration.ofMinutes(2),
                    () -> firn.stores
                                    .stages()
                                    .get(run, "pretrain")
                                    .progress()
                                    .map(progress -> progress.path("step").asLong())
                                    .orElse(0L)
                            > 0);
            firn.control.request(run, ControlKind.PAUSE, Optional.empty(), Optional.empty(), Optional.empty());
            TestBed.await(Duration.ofMinutes(1), () -> firn.state(run) == RunState.PAUSED);
            firn.control.request(run, ControlKind.RESUME, Optional.empty(), Optional.empty(), Optional.empty());
            assertThat(firn.ended(run).state()).isEqualTo(RunState.SUCCEEDED);
            firn.collector.collect(Duration.ZERO, false);
            onReal = outputs(firn, run);
        }
        try (TestBed firn = new TestBed(folder.resolve("embedded"))) {
            UUID run = firn.submission.submit(specification, Optional.empty()).runId();
            assertThat(firn.ended(run).state()).isEqualTo(RunState.SUCCEEDED);
            assertThat(onReal).isNotEmpty().isEqualTo(outputs(firn, run));
        }
    }

    private static List<StageOutput> outputs(TestBed firn, UUID run) {
        return firn.stores.stages().ofRun(run).stream()
                .flatMap(stage -> stage.outputs().stream())
                .toList();
    }

    @Test
    void withATemporalServerARunSurvivesTheLossOfEveryFirnProcessWithNothingToReconcile() throws Exception {
        Optional<Path> program = RealServers.program("FIRN_TEST_TEMPORAL", "temporal");
        String address = System.getenv().getOrDefault("FIRN_TEST_TEMPORAL_ADDRESS", "");
        assumeTrue(
                program.isPresent() || !address.isBlank(),
                "there is no program temporal on the PATH, and neither FIRN_TEST_TEMPORAL nor FIRN_TEST_TEMPORAL_ADDRESS is set");
        ServiceAddresses.Temporal temporal = address.isBlank()
                ? servers.startTemporal(program.get())
                : new ServiceAddresses.Temporal(address, "default", false, Optional.empty());
        ExternalServices external = new ExternalServices(Optional.empty(), Optional.empty(), Optional.of(temporal));
        UUID run;
        try (TestBed firn = new TestBed(folder.resolve("home"), external, OptionalLong.empty())) {
            run = firn.submission.submit(specification, Optional.empty()).runId();
            UUID submitted = run;
            TestBed.await(
                    Duration.ofMinutes(2),
                    () -> firn.stores
                            .stages()
                            .get(submitted, "pretrain")
                            .progress()
                            .isPresent());
        }

        try (TestBed firn = new TestBed(folder.resolve("home"), external, OptionalLong.empty())) {
            assertThat(firn.ended(run).state()).isEqualTo(RunState.SUCCEEDED);
            List<String> activities = firn.history(TaskQueues.workflowId(run.toString())).stream()
                    .filter(HistoryEvent::hasActivityTaskScheduledEventAttributes)
                    .map(event -> event.getActivityTaskScheduledEventAttributes()
                            .getActivityType()
                            .getName()
                            .toLowerCase(Locale.ROOT))
                    .toList();
            assertThat(activities)
                    .containsAll(Arrays.stream(Stage.values()).map(Stage::label).toList());
        }
    }
}
