package dev.firn.cli.console;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;

/**
 * The two streams of a command.
 *
 * @param out results
 * @param err everything else
 * @param terminal what {@code err} is connected to
 */
public record Console(PrintStream out, PrintStream err, Terminal terminal) {
    public Console {
        requireNonNull(out, "out is null");
        requireNonNull(err, "err is null");
        requireNonNull(terminal, "terminal is null");
    }

    /** Prints a result for people. */
    public void result(String text) {
        out.println(text);
        out.flush();
    }

    /** Prints a result for programs, in one line. */
    public void result(JsonNode json) {
        out.println(json);
        out.flush();
    }

    /** Prints what is not a result. */
    public void say(String text) {
        err.println(text);
        err.flush();
    }
}
