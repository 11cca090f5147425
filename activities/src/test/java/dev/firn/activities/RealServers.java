package dev.firn.activities;

import dev.firn.embedded.EmbeddedObjectStore;
import dev.firn.embedded.ServiceAddresses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Server programs that are found on this machine, each started in a folder of its own and ended with this. */
final class RealServers implements AutoCloseable {
    private static final String SECRET = "real-servers-secret";

    private final Path folder;
    private final List<Process> processes = new ArrayList<>();

    RealServers(Path folder) {
        this.folder = folder;
    }

    /** A program that a variable names, or that lies on the {@code PATH}. */
    static Optional<Path> program(String variable, String name) {
        String named = System.getenv(variable);
        return named == null || named.isBlank()
                ? Arrays.stream(System.getenv("PATH").split(":", -1))
                        .map(place -> Path.of(place, name))
                        .filter(Files::isExecutable)
                        .findFirst()
                : Optional.of(Path.of(named));
    }

    /** The folder with {@code initdb} and {@code postgres}: on the {@code PATH}, or where Debian puts them. */
    static Optional<Path> postgres() {
        Optional<Path> onPath = program("FIRN_TEST_POSTGRES", "postgres").map(RealServers::folderOf);
        if (onPath.isPresent()) {
            return onPath;
        }
        Path debian = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(debian)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(debian)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("postgres")))
                    .max(Comparator.naturalOrder());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folderOf(Path program) {
        try {
            return program.toRealPath().getParent();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ServiceAddresses.Database startPostgres(Path bin) throws IOException, InterruptedException, SQLException {
        Path data = folder.resolve("postgres");
        run(asNobody(
                bin.resolve("initdb").toString(), "-D", data.toString(), "-U", "firn", "--auth=trust", "--no-sync"));
        int port = freePort();
        start(
                port,
                Map.of(),
                asNobody(
                        bin.resolve("postgres").toString(),
                        "-D",
                        data.toString(),
                        "-h",
                        "127.0.0.1",
                        "-p",
                        Integer.toString(port),
                        "-k",
                        ""));
        String server = "jdbc:postgresql://127.0.0.1:" + port + "/";
        try (Connection connection = connect(server + "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("create database firn");
        }
        return new ServiceAddresses.Database(server + "firn", "firn", "");
    }

    /** The server takes connections a while before it answers them. */
    private static Connection connect(String url) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            try {
                return DriverManager.getConnection(url, "firn", "");
            } catch (SQLException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(100);
            }
        }
    }

    /** PostgreSQL refuses to run as root. */
    private static List<String> asNobody(String... command) {
        List<String> words = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            words.addAll(List.of("unshare", "--user"));
        }
        words.addAll(List.of(command));
        return words;
    }

    ServiceAddresses.ObjectStore startMinio(Path program) throws IOException, InterruptedException {
        int port = freePort();
        start(
                port,
                Map.of("MINIO_ROOT_USER", "firn", "MINIO_ROOT_PASSWORD", SECRET),
                List.of(
                        program.toString(),
                        "server",
                        folder.resolve("minio").toString(),
                        "--address",
                        "127.0.0.1:" + port));
        return store(port);
    }

    /** The store that Firn would embed, in a process of its own. */
    ServiceAddresses.ObjectStore startS3Proxy() throws IOException, InterruptedException {
        int port = freePort();
        start(
                port,
                Map.of(),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoreProcess.class.getName(),
                        folder.resolve("s3").toString(),
                        Integer.toString(port),
                        SECRET));
        return store(port);
    }

    private static ServiceAddresses.ObjectStore store(int port) {
        return new ServiceAddresses.ObjectStore(
                URI.create("http://127.0.0.1:" + port), "firn", SECRET, "firn", "us-east-1");
    }

    ServiceAddresses.Temporal startTemporal(Path program) throws IOException, InterruptedException {
        int port = freePort();
        start(
                port,
                Map.of(),
                List.of(
                        program.toString(),
                        "server",
                        "start-dev",
                        "--headless",
                        "--ip",
                        "127.0.0.1",
                        "--port",
                        Integer.toString(port),
                        "--db-filename",
                        folder.resolve("temporal.db").toString(),
                        "--log-level",
                        "error"));
        return new ServiceAddresses.Temporal("127.0.0.1:" + port, "default", false, Optional.empty());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void run(List<String> command) throws IOException, InterruptedException {
        Process process = builder(command).start();
        if (process.waitFor() != 0) {
            throw new IOException(command + " ended with status " + process.exitValue());
        }
    }

    private void start(int port, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = builder(command);
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (true) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IOException(command + " does not serve", e);
                }
                Thread.sleep(50);
            }
        }
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("servers.log").toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        return builder;
    }

    @Override
    public void close() {
        for (Process process : processes.reversed()) {
            process.destroy();
            try {
                if (!process.waitFor(20, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }

    /** The embedded store alone; ends when it is told to. */
    static final class StoreProcess {
        private StoreProcess() {}

        /** Arguments: folder, port, secret. */
        public static void main(String[] arguments) throws InterruptedException {
            EmbeddedObjectStore store = EmbeddedObjectStore.start(
                    Path.of(arguments[0]), Integer.parseInt(arguments[1]), "firn", arguments[2], "firn");
            Runtime.getRuntime().addShutdownHook(new Thread(store::close));
            Thread.currentThread().join();
        }
    }
}
