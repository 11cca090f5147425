package dev.firn.cli.follow;

import dev.firn.cli.client.Run;
import dev.firn.cli.console.Console;

/** Shows how a run gets on. */
public sealed interface ProgressDisplay permits TerminalProgress, PlainProgress {
    /** The display that suits the console: redrawn in place on a terminal, plain lines elsewhere. */
    static ProgressDisplay on(Console console) {
        return console.terminal().interactive() ? new TerminalProgress(console) : new PlainProgress(console);
    }

    /** Shows the state of the run as it is now. */
    void show(Run run);

    /** Says something once, beside the progress. */
    void notice(String message);

    /** Leaves the cursor at the beginning of an empty line. */
    void close();
}
