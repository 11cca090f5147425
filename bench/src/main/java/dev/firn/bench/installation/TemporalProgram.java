package dev.firn.bench.installation;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The command {@code temporal}, which brings a Temporal server that keeps what it knows in a file. */
public final class TemporalProgram {
    /** Names its path where it is not on the {@code PATH}. */
    public static final String VARIABLE = "FIRN_TEST_TEMPORAL";

    private static final String NAME = "temporal";

    private TemporalProgram() {}

    /** Looks where {@code FIRN_TEST_TEMPORAL} says, otherwise on the {@code PATH}. */
    public static Optional<Path> find(Map<String, String> environment) {
        String named = environment.getOrDefault(VARIABLE, "");
        if (!named.isBlank()) {
            return Optional.of(Path.of(named)).filter(TemporalProgram::isProgram);
        }
        return Arrays.stream(environment.getOrDefault("PATH", "").split(":"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, NAME))
                .filter(TemporalProgram::isProgram)
                .findFirst();
    }

    private static boolean isProgram(Path path) {
        return Files.isRegularFile(path) && Files.isExecutable(path);
    }

    /** Why there is none, for people. */
    public static String missing(Map<String, String> environment) {
        String named = environment.getOrDefault(VARIABLE, "");
        return named.isBlank()
                ? "there is no program temporal on the PATH, and " + VARIABLE + " does not name one"
                : VARIABLE + " names " + named + ", which is no program";
    }

    /**
     * How its server is started.
     *
     * @param file where it keeps what it knows; made when it is missing
     */
    public static List<String> server(Path program, int port, Path file) {
        return List.of(
                program.toString(),
                "server",
                "start-dev",
                "--headless",
                "--ip",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--db-filename",
                file.toString(),
                "--log-level",
                "error");
    }
}
