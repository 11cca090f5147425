package dev.firn.bench.installation;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How the processes of a drill are started.
 *
 * @param server the server's jar; its libraries lie beside it
 * @param flags of the server's JVM
 * @param temporal the command {@code temporal}, where there is one
 */
public record Programs(Path server, List<String> flags, Optional<Path> temporal) {
    public Programs {
        requireNonNull(server, "server is null");
        flags = List.copyOf(flags);
        requireNonNull(temporal, "temporal is null");
    }

    /**
     * Those that the launcher names: the system properties {@code programs.server} and {@code programs.flags} have the server's jar and
     * the options of its JVM.
     */
    public static Programs ofSystem() {
        return new Programs(
                Path.of(requireNonNull(System.getProperty("programs.server"), "programs.server is not set")),
                Arrays.asList(System.getProperty("programs.flags", "").strip().split("\\s+")),
                TemporalProgram.find(System.getenv()));
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The server or a worker, without its arguments. */
    public List<String> firn() {
        List<String> command = new ArrayList<>();
        command.add(java());
        command.addAll(flags);
        command.addAll(List.of("-jar", server.toString()));
        return command;
    }

    /** The object store that the server would embed. */
    public List<String> objectStore() {
        Path libraries = requireNonNull(server.getParent(), "the server's jar has no folder")
                .resolve("lib")
                .resolve("main");
        return List.of(
                java(),
                "-cp",
                System.getProperty("java.class.path") + ":" + libraries + "/*",
                StoreMain.class.getName());
    }
}
