package dev.firn.cli.demo;

import static java.util.Objects.requireNonNull;

import java.io.PrintStream;
import java.net.URI;

/** Runs a specification on a server and prints what came of it. */
public final class Demo {
    private final URI server;
    private final PrintStream out;
    private final PrintStream err;
    private final boolean terminal;

    /**
     * @param server the address of a server that answers, for example {@code http://127.0.0.1:8080}
     * @param out where results go
     * @param err where progress goes
     * @param terminal whether {@code err} is a terminal, on which a line may be drawn again
     */
    public Demo(URI server, PrintStream out, PrintStream err, boolean terminal) {
        this.server = requireNonNull(server, "server is null");
        this.out = requireNonNull(out, "out is null");
        this.err = requireNonNull(err, "err is null");
        this.terminal = terminal;
    }

    /**
     * Submits the specification, waits for the end of its run and prints the table.
     *
     * @return the exit code: 0 when the run succeeded and a model was registered, 1 when not, 2 when the specification
     *     was refused
     * @throws InterruptedException when the thread was interrupted while waiting; the run goes on
     */
    public int run(DemoOptions options) throws InterruptedException {
        requireNonNull(options, "options is null");
        throw new IllegalStateException("No demonstration in this build: " + server + out + err + terminal);
    }
}
