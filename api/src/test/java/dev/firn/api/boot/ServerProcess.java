package dev.firn.api.boot;

import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The packaged program in a process of its own, as the launcher starts it. */
final class ServerProcess implements AutoCloseable {
    private static final Path PROGRAM = Path.of("target", "quarkus-app", "quarkus-run.jar");
    private static final Pattern READY = Pattern.compile("Firn is ready: (\\S+).*");
    private static final String END = "\u0000";
    private static final long PATIENCE_SECONDS = 120;

    private final Process process;
    private final List<String> seen = new ArrayList<>();
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private ServerProcess(Process process) {
        this.process = process;
        Thread.ofVirtual().start(this::readErrors);
    }

    /**
     * Starts the program.
     *
     * @param environment added to what the tests themselves have
     */
    static ServerProcess start(Path home, Map<String, String> environment, String... arguments) throws IOException {
        if (!Files.exists(PROGRAM)) {
            throw new IllegalStateException(PROGRAM + " is missing: this test runs after packaging, in mvn verify");
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Xmx512m",
                "-jar",
                PROGRAM.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("FIRN_HOME", home.toString());
        builder.environment().put("FIRN_HTTP_PORT", "0");
        builder.environment().putAll(environment);
        return new ServerProcess(builder.start());
    }

    private void readErrors() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lines.add(END);
        }
    }

    /** Waits until the program says that it is ready, and gives its address. */
    URI address() throws InterruptedException {
        Matcher matcher = READY.matcher(await(READY));
        if (!matcher.matches()) {
            throw new AssertionError("the pattern was found before");
        }
        return URI.create(matcher.group(1));
    }

    /** Waits for a line on standard error. */
    String await(Pattern pattern) throws InterruptedException {
        while (true) {
            String line = requireNonNull(
                    lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS),
                    () -> "waited too long for " + pattern + ": " + seen);
            if (line.equals(END)) {
                throw new AssertionError("ended without " + pattern + ": " + seen);
            }
            seen.add(line);
            if (pattern.matcher(line).matches()) {
                return line;
            }
        }
    }

    /** Waits for the end. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("still running: " + errors());
        }
        return process.exitValue();
    }

    /** Everything on standard error, after the end. */
    String errors() throws InterruptedException {
        for (String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                line != null && !line.equals(END);
                line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            seen.add(line);
        }
        return String.join("\n", seen);
    }

    long pid() {
        return process.pid();
    }

    /** Asks the program to end, as Ctrl-C does, and waits. */
    int terminate() throws InterruptedException {
        process.destroy();
        return exitCode();
    }

    /** Ends the program without giving it a chance. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        exitCode();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
