package dev.firn.bench.drill;

import static java.util.Objects.requireNonNull;

import dev.firn.cli.client.FirnClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The processes on one home. However the drill ends, they end with it. */
final class Installation implements AutoCloseable {
    private final List<String> program;
    private final Home home;
    private final Path logs;
    private final Thread atExit = new Thread(this::endAll);
    private int started;
    private ServerProcess server;
    private FirnClient client;

    private Installation(List<String> program, Home home, Path logs) {
        this.program = List.copyOf(program);
        this.home = requireNonNull(home, "home is null");
        this.logs = requireNonNull(logs, "logs is null");
    }

    /**
     * Starts a server on a home.
     *
     * @param program how to start it, without its arguments
     * @param logs a folder for what the processes say
     * @throws IOException when it does not start
     */
    static Installation start(List<String> program, Home home, Path logs) throws IOException, InterruptedException {
        Installation installation = new Installation(program, home, logs);
        Runtime.getRuntime().addShutdownHook(installation.atExit);
        try {
            installation.startServer();
            return installation;
        } catch (IOException | RuntimeException | InterruptedException e) {
            installation.close();
            throw e;
        }
    }

    /** Talks to the server as it runs now. */
    FirnClient client() {
        return client;
    }

    /** Kills the server; what it started lives on without it. */
    void killServer() throws InterruptedException {
        server.kill();
    }

    /** Starts the server, and waits until it is ready. */
    void startServer() throws IOException, InterruptedException {
        started++;
        server =
                ServerProcess.start(program, home.folder(), Map.of(), logs.resolve("server-" + started + ".log"), "up");
        client = new FirnClient(
                server.awaitReady().orElseThrow(() -> new IOException("the server serves nothing")), Optional.empty());
    }

    @Override
    public void close() {
        endAll();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // This process is ending: the hook runs, and finds nothing left to do
        }
    }

    private synchronized void endAll() {
        try {
            if (server != null) {
                server.end();
            }
            home.endPostgres();
        } catch (IOException e) {
            System.err.println("firn: a process may be left on " + home.folder() + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
