package dev.firn.cli.command;

import static java.util.Objects.requireNonNull;

import dev.firn.cli.console.Console;
import dev.firn.training.ProgressListener;

/** Tells of a long computation in a line for each twentieth of it. */
final class ProgressLines implements ProgressListener {
    private static final int LINES = 20;

    private final Console console;
    private final String what;
    private long told;

    ProgressLines(Console console, String what) {
        this.console = requireNonNull(console, "console is null");
        this.what = requireNonNull(what, "what is null");
    }

    @Override
    public void progress(long done, long total) {
        long part = total == 0 ? 0 : done * LINES / total;
        if (part > told) {
            told = part;
            console.say("%s: %,d of %,d".formatted(what, done, total));
        }
    }
}
