package dev.firn.bench.installation;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The shipped program in a process of its own, as the launcher starts it. */
final class ServerProcess {
    private static final Pattern READY =
            Pattern.compile("^Firn(?: is ready: (\\S+)|'s worker is ready).*$", Pattern.MULTILINE);
    private static final long SECONDS_TO_START = 180;
    private static final long SECONDS_TO_END = 70;
    private static final long POLL_MILLIS = 20;

    private final Process process;
    private final Path log;

    private ServerProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts the program.
     *
     * @param program how to start it, without its arguments
     * @param environment what it has besides this process's environment, whose settings for Firn it does not have
     * @param log gets what it says on standard error
     */
    static ServerProcess start(
            List<String> program, Path home, Map<String, String> environment, Path log, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("FIRN_"));
        builder.environment().put("FIRN_HOME", home.toString());
        builder.environment().put("FIRN_HTTP_PORT", "0");
        builder.environment().putAll(environment);
        return new ServerProcess(builder.start(), requireNonNull(log, "log is null"));
    }

    /**
     * Waits until it is ready.
     *
     * @return its address, when it serves
     * @throws IOException when it ends instead, with what it said
     */
    Optional<URI> awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_START);
        while (true) {
            boolean ended = process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
            Matcher ready = READY.matcher(said());
            if (ready.find()) {
                return Optional.ofNullable(ready.group(1)).map(URI::create);
            }
            if (ended || System.nanoTime() > deadline) {
                throw new IOException(
                        "the server " + (ended ? "ended with status " + process.exitValue() : "is not ready")
                                + "; it said: " + said().strip());
            }
        }
    }

    /**
     * Waits until it takes connections.
     *
     * @throws IOException when it ends instead, with what it said
     */
    void awaitConnections(int port) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_START);
        while (!takesConnections(port)) {
            if (process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
                throw new IOException("nothing answers on the port " + port + "; it was said: " + said().strip());
            }
        }
    }

    private static boolean takesConnections(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private String said() throws IOException {
        return Files.readString(log, StandardCharsets.UTF_8);
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    /** SIGKILL; returns when the process is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Sends a signal by its name. */
    void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start();
        if (kill.waitFor() != 0) {
            throw new IOException("the process " + process.pid() + " could not be sent " + name);
        }
    }

    /** SIGTERM, and SIGKILL when that has no effect for long; also on a process that was stopped. */
    void end() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
            kill();
        }
    }
}
