package dev.firn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.cli.command.CommandLineFactory;
import dev.firn.cli.command.Session;
import dev.firn.cli.console.Console;
import dev.firn.cli.console.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.util.Map;

/** Runs a command in this process, with streams of its own. */
public final class CommandRunner {
    private CommandRunner() {}

    /** What a command left. */
    public record Result(int exitCode, String out, String err) {
        /** The last line of standard output, read as JSON. */
        public JsonNode json() {
            try {
                return new ObjectMapper().readTree(out.strip().lines().toList().getLast());
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("The last line is not JSON: " + out, e);
            }
        }
    }

    public static Result run(URI server, String... arguments) {
        return run(Map.of("FIRN_URL", server.toString()), "", arguments);
    }

    /**
     * Runs it with an environment.
     *
     * @param in what standard input holds
     */
    public static Result run(Map<String, String> environment, String in, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), new Terminal(false, 80));
        Session session = new Session(environment, console, new ByteArrayInputStream(in.getBytes(UTF_8)));
        int exitCode = CommandLineFactory.create(session).execute(arguments);
        return new Result(exitCode, out.toString(UTF_8), err.toString(UTF_8));
    }
}
