package dev.firn.cli.follow;

import static java.util.Objects.requireNonNull;

import dev.firn.cli.client.Run;
import dev.firn.cli.client.RunStage;
import dev.firn.cli.client.RunState;
import dev.firn.cli.client.StageState;
import dev.firn.cli.console.Console;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Plain lines, for a file or a pipe: one at each change of a stage, and one every few seconds while a stage runs. */
final class PlainProgress implements ProgressDisplay {
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

    private final Console console;
    private final InstantSource clock;
    private final Map<String, StageState> states = new HashMap<>();
    private RunState runState;
    private String waitingFor;
    private long nextLine = Long.MIN_VALUE;
    private String lastLine = "";

    PlainProgress(Console console) {
        this(console, InstantSource.system());
    }

    PlainProgress(Console console, InstantSource clock) {
        this.console = requireNonNull(console, "console is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    @Override
    public void show(Run run) {
        if (run.state() != runState && (run.state() == RunState.PAUSED || run.state() == RunState.QUEUED)) {
            console.say(run.state().name().toLowerCase(Locale.ROOT));
        }
        if (run.waitingFor() != null && !run.waitingFor().equals(waitingFor)) {
            console.say("waits for " + run.waitingFor());
        }
        waitingFor = run.waitingFor();
        runState = run.state();
        long now = clock.millis();
        for (RunStage stage : run.stages()) {
            boolean changed = states.put(stage.name(), stage.state()) != stage.state();
            if (StageText.over(stage.state())) {
                if (changed) {
                    console.say(StageText.ended(stage));
                }
            } else if (stage.state() == StageState.RUNNING && (changed || now >= nextLine)) {
                String line = StageText.running(stage);
                if (!line.equals(lastLine)) {
                    console.say(line);
                }
                lastLine = line;
                nextLine = now + BETWEEN_LINES.toMillis();
            }
        }
    }

    @Override
    public void notice(String message) {
        console.say(message);
    }

    @Override
    public void close() {}
}
