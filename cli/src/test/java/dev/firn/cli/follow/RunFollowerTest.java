package dev.firn.cli.follow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.cli.RecordedServer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.ProblemException;
import dev.firn.cli.client.Run;
import dev.firn.cli.client.RunStage;
import dev.firn.cli.client.RunStage.Progress;
import dev.firn.cli.client.RunState;
import dev.firn.cli.client.StageState;
import dev.firn.cli.console.Console;
import dev.firn.cli.console.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RunFollowerTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void survivesARestartOfTheServer() throws Exception {
        int port;
        RunFollower follower;
        CompletableFuture<Run> ended;
        try (RecordedServer first = new RecordedServer()) {
            port = first.port();
            first.answer("GET /api/runs/r", "{\"id\":\"r\",\"name\":\"n\",\"state\":\"RUNNING\"}");
            FirnClient client = new FirnClient(first.address(), Optional.empty());
            follower = new RunFollower(client, new PlainProgress(console(false)), Duration.ofMillis(5));
            ended = CompletableFuture.supplyAsync(() -> follow(follower));
            await("asked", () -> !first.received().isEmpty());
        }
        await("told that the server is away", () -> err.toString(UTF_8).contains("Waiting for it"));
        assertThat(ended).isNotDone();
        try (RecordedServer second = new RecordedServer(port)) {
            second.problem("GET /api/runs/r", 503, "{\"title\":\"Starting\"}")
                    .answer("GET /api/runs/r", "{\"id\":\"r\",\"name\":\"n\",\"state\":\"SUCCEEDED\"}");
            assertThat(ended.get(30, TimeUnit.SECONDS).state()).isEqualTo(RunState.SUCCEEDED);
        }
        assertThat(err.toString(UTF_8)).containsOnlyOnce("Waiting for it").containsOnlyOnce("The server is back.");
    }

    @Test
    void endsWhenTheServerDoesNotKnowTheRunAnyMore() {
        try (RecordedServer server = new RecordedServer()) {
            FirnClient client = new FirnClient(server.address(), Optional.empty());
            RunFollower follower = new RunFollower(client, new PlainProgress(console(false)), Duration.ofMillis(1));
            assertThatThrownBy(() -> follower.follow("r")).isInstanceOf(ProblemException.class);
        }
    }

    @Test
    void plainLinesComeAtChangesAndEveryFewSeconds() {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
        PlainProgress progress = new PlainProgress(console(false), now::get);
        progress.show(run(RunState.QUEUED));
        progress.show(run(RunState.RUNNING, reused("prepare"), running("pretrain", 10, 1)));
        now.set(now.get().plusSeconds(1));
        progress.show(run(RunState.RUNNING, reused("prepare"), running("pretrain", 20, 1)));
        now.set(now.get().plusSeconds(5));
        progress.show(run(RunState.RUNNING, reused("prepare"), running("pretrain", 70, 2)));
        progress.show(run(RunState.SUCCEEDED, reused("prepare"), succeeded("pretrain")));
        progress.show(run(RunState.SUCCEEDED, reused("prepare"), succeeded("pretrain")));
        assertThat(err.toString(UTF_8).lines())
                .containsExactly(
                        "queued",
                        "prepare     reused: same inputs",
                        "pretrain    step 10 of 600, loss 2.3456, 9.0k tokens/s, 1:00 left",
                        "pretrain    step 70 of 600, loss 2.3456, 9.0k tokens/s, 1:00 left, attempt 2",
                        "pretrain    done   1:15");
    }

    @Test
    void aTerminalHasOneLineThatIsDrawnAgainAndOneForEachFinishedStage() {
        TerminalProgress progress = new TerminalProgress(console(true));
        progress.show(run(RunState.RUNNING, running("pretrain", 300, 1)));
        progress.show(run(RunState.RUNNING, running("pretrain", 600, 1)));
        progress.notice("away");
        progress.show(run(RunState.SUCCEEDED, succeeded("pretrain")));
        progress.close();
        String erase = "\r\u001b[2K";
        String half = "▕" + "█".repeat(12) + " ".repeat(12) + "▏";
        String full = "▕" + "█".repeat(24) + "▏";
        assertThat(err.toString(UTF_8))
                .isEqualTo(erase + "  pretrain    " + half + "  300/600  loss 2.3456  9.0k tokens/s  1:00 left"
                        + erase + "  pretrain    " + full + "  600/600  loss 2.3456  9.0k tokens/s  1:00 left"
                        + erase + "away\n"
                        + "  pretrain    done   1:15\n");
    }

    @Test
    void aLineNeverWrapsOnATerminal() {
        Progress progress = new Progress(1L, 2L, 1.0, 1000.0, 5.0, "ü".repeat(200));
        RunStage stage =
                new RunStage("mine", StageState.RUNNING, null, false, null, null, 1.0, 1, null, null, progress, null);
        String line = StageText.bar(stage, 60);
        assertThat(line.codePointCount(0, line.length())).isLessThan(60);
    }

    @Test
    void progressMayBeUnknownInEveryPart() {
        Progress nothing = new Progress(null, null, null, null, null, null);
        RunStage stage =
                new RunStage("mine", StageState.RUNNING, null, false, null, null, null, 1, null, null, nothing, null);
        assertThat(StageText.running(stage)).isEqualTo("mine        started");
        assertThat(StageText.bar(stage, 80)).isEqualTo("mine      ");
        RunStage none =
                new RunStage("mine", StageState.RUNNING, null, false, null, null, 3.0, 1, null, null, null, null);
        assertThat(StageText.running(none)).isEqualTo("mine        3.0 s");
    }

    private static Run follow(RunFollower follower) {
        try {
            return follower.follow("r").value();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(String what, Condition condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private Console console(boolean interactive) {
        PrintStream stream = new PrintStream(err, true, UTF_8);
        return new Console(stream, stream, new Terminal(interactive, 100));
    }

    private static Run run(RunState state, RunStage... stages) {
        return new Run("r", "n", state, 0, null, null, null, null, null, null, List.of(stages), null);
    }

    private static RunStage reused(String name) {
        return new RunStage(name, StageState.REUSED, "k", true, "r0", "same inputs", 0.1, 1, null, null, null, null);
    }

    private static RunStage succeeded(String name) {
        return new RunStage(name, StageState.SUCCEEDED, "k", false, null, null, 75.2, 1, null, null, null, null);
    }

    private static RunStage running(String name, long step, int attempts) {
        Progress progress = new Progress(step, 600L, 2.34561, 9012.0, 60.2, null);
        return new RunStage(
                name, StageState.RUNNING, "k", false, null, null, 5.0, attempts, null, null, progress, null);
    }
}
