package dev.firn.cli.follow;

import static java.util.Objects.requireNonNull;

import dev.firn.cli.client.Run;
import dev.firn.cli.client.RunStage;
import dev.firn.cli.client.RunState;
import dev.firn.cli.client.StageState;
import dev.firn.cli.console.Console;
import java.util.HashSet;
import java.util.Set;

/** A line for each finished stage, and below them one line that is drawn again and again. */
final class TerminalProgress implements ProgressDisplay {
    private static final String ERASE_LINE = "\r\u001b[2K";

    private final Console console;
    private final Set<String> ended = new HashSet<>();
    private boolean drawn;

    TerminalProgress(Console console) {
        this.console = requireNonNull(console, "console is null");
    }

    @Override
    public void show(Run run) {
        String current = null;
        for (RunStage stage : run.stages()) {
            if (StageText.over(stage.state())) {
                if (ended.add(stage.name())) {
                    erase();
                    console.say("  " + StageText.ended(stage));
                }
            } else if (stage.state() == StageState.RUNNING) {
                // A stage that runs again after it had ended (another attempt) is told about again when it ends
                ended.remove(stage.name());
                if (current == null) {
                    current = "  " + StageText.bar(stage, console.terminal().columns() - 2);
                }
            }
        }
        if (run.state() == RunState.PAUSED || run.state() == RunState.QUEUED || run.state() == RunState.STOPPING) {
            current = "  " + run.state().name().toLowerCase(java.util.Locale.ROOT);
        }
        if (run.waitingFor() != null) {
            current = StageText.cut(
                    "  waits for " + run.waitingFor(), console.terminal().columns());
        }
        if (current != null && !run.state().ended()) {
            draw(current);
        }
    }

    @Override
    public void notice(String message) {
        erase();
        console.say(message);
    }

    @Override
    public void close() {
        erase();
    }

    private void draw(String line) {
        console.err().print(ERASE_LINE + line);
        console.err().flush();
        drawn = true;
    }

    private void erase() {
        if (drawn) {
            console.err().print(ERASE_LINE);
            console.err().flush();
            drawn = false;
        }
    }
}
