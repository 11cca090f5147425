package dev.firn.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server as a child process, durable and with password authentication.
 *
 * <p>zonky's own starter is for tests: it turns {@code fsync} and {@code synchronous_commit} off and trusts every
 * local user. Here the programs are run with PostgreSQL's own defaults for both and SCRAM passwords.
 *
 * <p>The server has a session of its own, so an interrupt typed at the terminal reaches Firn only, which ends the
 * server last. When Firn is killed the server lives on; the next start on the same folder finds it, ends it and waits
 * until it has written everything. When the server is killed it is started again on the same port; who talks to it has to
 * try again for that long.
 */
public final class EmbeddedPostgres implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);

    private static final String USER = "firn";
    private static final String DATABASE = "firn";
    private static final int START_ATTEMPTS = 3;
    private static final int PID_FILE_STATUS_LINE = 7;
    private static final Duration POLL = Duration.ofMillis(20);
    /** A server that has to replay its log after a crash may take that long. */
    private static final Duration START_PATIENCE = Duration.ofMinutes(5);

    /** Between two attempts to start a server again that had ended by itself. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private static final Duration STOP_PATIENCE = Duration.ofMinutes(1);

    private final PostgresBinaries binaries;
    private final Path folder;
    private final String password;
    private final int port;
    private final Thread supervisor;
    private volatile Process process;
    private volatile boolean closing;

    private EmbeddedPostgres(PostgresBinaries binaries, Path folder, String password, Process process, int port) {
        this.binaries = requireNonNull(binaries, "binaries is null");
        this.folder = requireNonNull(folder, "folder is null");
        this.password = requireNonNull(password, "password is null");
        this.process = requireNonNull(process, "process is null");
        this.port = port;
        this.supervisor =
                Thread.ofPlatform().daemon().name("postgres-supervisor").unstarted(this::supervise);
    }

    /**
     * Starts the server over a data folder, which is made when it is missing.
     *
     * @param folder holds {@code data} and {@code log}; the caller sees to it that no other process starts on it
     * @param cache a folder of the user's where the programs are unpacked once
     * @param preferredPort a port to use when it is free; 0 for any
     * @param password the superuser's password; always the same for a folder
     */
    public static EmbeddedPostgres start(Path folder, Path cache, int preferredPort, String password) {
        try {
            PrivateFiles.createFolder(folder);
            PrivateFiles.createFolder(folder.resolve("log"));
            PostgresBinaries binaries = PostgresBinaries.unpackedUnder(cache);
            Path data = folder.toRealPath().resolve("data");
            if (Files.exists(data.resolve("PG_VERSION"))) {
                endOrphan(binaries, data);
            } else {
                initialise(binaries, folder.toRealPath(), data, password);
            }
            EmbeddedPostgres server = launch(binaries, folder.toRealPath(), preferredPort, password);
            try {
                server.createDatabase();
                server.supervisor.start();
                return server;
            } catch (SQLException e) {
                server.close();
                throw new EmbeddedServiceException(
                        "the embedded PostgreSQL started but refused its own user (" + e.getMessage()
                                + "); the password in services.properties must be the one that " + data
                                + " was made with",
                        e);
            }
        } catch (IOException e) {
            throw new EmbeddedServiceException("the embedded PostgreSQL cannot use " + folder + " (" + e + ")", e);
        }
    }

    private static void initialise(PostgresBinaries binaries, Path folder, Path data, String password)
            throws IOException {
        Path making = folder.resolve("data.new");
        PostgresBinaries.deleteTree(making);
        Path passwordFile = folder.resolve("password.new");
        PrivateFiles.write(passwordFile, password);
        try {
            run(
                    folder,
                    List.of(
                            binaries.program("initdb").toString(),
                            "--pgdata=" + making,
                            "--username=" + USER,
                            "--pwfile=" + passwordFile,
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            "--locale=C",
                            "--locale-provider=builtin",
                            "--builtin-locale=C.UTF-8",
                            "--no-instructions"),
                    "initdb");
        } finally {
            Files.deleteIfExists(passwordFile);
        }
        Files.move(making, data, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Ends a server of an earlier process of Firn's that still runs on the folder, and removes a dead one's traces. */
    private static void endOrphan(PostgresBinaries binaries, Path data) throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        Optional<Long> pid = postmaster(pidFile);
        if (pid.isEmpty()) {
            return;
        }
        Optional<ProcessHandle> orphan = ProcessHandle.of(pid.get()).filter(process -> worksIn(process, data));
        if (orphan.isEmpty()) {
            // PostgreSQL would refuse to start when another program has the dead server's process id by now
            Files.deleteIfExists(pidFile);
            return;
        }
        LOG.info("ending the PostgreSQL server (process {}) that an earlier process left on {}", pid.get(), data);
        stop(binaries, data);
        try {
            orphan.get().onExit().get(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedServiceException("interrupted while PostgreSQL was ending", e);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new EmbeddedServiceException(
                    "the PostgreSQL server (process " + pid.get() + ") on " + data + " does not end; end it by hand",
                    e);
        }
    }

    private static Optional<Long> postmaster(Path pidFile) throws IOException {
        try {
            List<String> lines = Files.readAllLines(pidFile, UTF_8);
            return lines.isEmpty() || !lines.getFirst().strip().matches("[0-9]{1,18}")
                    ? Optional.empty()
                    : Optional.of(Long.parseLong(lines.getFirst().strip()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** A PostgreSQL server's working directory is its data folder; its program is called postgres. */
    private static boolean worksIn(ProcessHandle process, Path data) {
        Path entry = Path.of("/proc", Long.toString(process.pid()));
        try {
            return Files.isSameFile(entry.resolve("cwd"), data)
                    && Files.readString(entry.resolve("comm"), UTF_8).strip().equals("postgres");
        } catch (IOException e) {
            return false;
        }
    }

    private static EmbeddedPostgres launch(PostgresBinaries binaries, Path folder, int preferredPort, String password)
            throws IOException {
        int port = preferredPort;
        for (int attempt = 1; ; attempt++) {
            port = LoopbackPorts.free(port);
            Process process = startProcess(binaries, folder, port);
            if (awaitReady(process, folder)) {
                return new EmbeddedPostgres(binaries, folder, password, process, port);
            }
            if (attempt == START_ATTEMPTS) {
                throw new EmbeddedServiceException("the embedded PostgreSQL did not start: "
                        + Files.readString(startLog(folder), UTF_8).strip() + " (more in " + folder.resolve("log")
                        + ")");
            }
            port = 0;
        }
    }

    private static Path startLog(Path folder) {
        return folder.resolve("log").resolve("start.log");
    }

    private static Process startProcess(PostgresBinaries binaries, Path folder, int port) throws IOException {
        Process process = command(
                        folder,
                        true,
                        List.of(
                                binaries.program("postgres").toString(),
                                "-D",
                                folder.resolve("data").toString(),
                                "-p",
                                Integer.toString(port),
                                "-c",
                                "listen_addresses=" + LoopbackPorts.HOST,
                                "-c",
                                "unix_socket_directories=",
                                "-c",
                                "fsync=on",
                                "-c",
                                "synchronous_commit=on",
                                "-c",
                                "full_page_writes=on",
                                "-c",
                                "max_connections=64",
                                "-c",
                                "timezone=UTC",
                                "-c",
                                "log_timezone=UTC",
                                "-c",
                                "logging_collector=on",
                                "-c",
                                "log_directory=" + folder.resolve("log"),
                                "-c",
                                "log_filename=postgresql-%a.log",
                                "-c",
                                "log_rotation_age=1d",
                                "-c",
                                "log_rotation_size=0",
                                "-c",
                                "log_truncate_on_rotation=on"))
                .redirectErrorStream(true)
                .redirectOutput(startLog(folder).toFile())
                .start();
        process.getOutputStream().close();
        return process;
    }

    /** Waits until the server takes connections; false when it ended instead. */
    private static boolean awaitReady(Process process, Path folder) throws IOException {
        Path pidFile = folder.resolve("data").resolve("postmaster.pid");
        Instant deadline = Instant.now().plus(START_PATIENCE);
        while (process.isAlive()) {
            if (isReady(process, pidFile)) {
                return true;
            }
            if (Instant.now().isAfter(deadline)) {
                process.destroyForcibly();
                throw new EmbeddedServiceException("the embedded PostgreSQL was not ready after "
                        + START_PATIENCE.toMinutes() + " minutes; see " + folder.resolve("log"));
            }
            try {
                if (process.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                    return false;
                }
            } catch (InterruptedException e) {
                process.destroy();
                Thread.currentThread().interrupt();
                throw new EmbeddedServiceException("interrupted while PostgreSQL was starting", e);
            }
        }
        return false;
    }

    private static boolean isReady(Process process, Path pidFile) throws IOException {
        try {
            List<String> lines = Files.readAllLines(pidFile, UTF_8);
            return lines.size() > PID_FILE_STATUS_LINE
                    && lines.getFirst().strip().equals(Long.toString(process.pid()))
                    && lines.get(PID_FILE_STATUS_LINE).strip().equals("ready");
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** Starts the server again whenever it ends by itself, until it is to end. */
    private void supervise() {
        try {
            while (true) {
                int status = process.waitFor();
                if (closing) {
                    return;
                }
                LOG.warn(
                        "the embedded PostgreSQL (process {}) ended with status {}; it is started again",
                        process.pid(),
                        status);
                startAgain();
            }
        } catch (InterruptedException e) {
            // The server is being closed
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Tries until it is up. PostgreSQL refuses while what a killed server had started still uses its memory, so the
     * traces of the dead one are left to it.
     */
    private void startAgain() throws InterruptedException {
        Duration pause = POLL;
        while (!closing) {
            try {
                Process next = startProcess(binaries, folder, port);
                process = next;
                if (awaitReady(next, folder)) {
                    LOG.info("the embedded PostgreSQL is back (process {})", next.pid());
                    return;
                }
            } catch (IOException | EmbeddedServiceException e) {
                LOG.warn("the embedded PostgreSQL could not be started again; it is tried once more", e);
            }
            Thread.sleep(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }

    private void createDatabase() throws SQLException {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(url("postgres"));
        dataSource.setUser(USER);
        dataSource.setPassword(password);
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            try (ResultSet found =
                    statement.executeQuery("select 1 from pg_database where datname = '" + DATABASE + "'")) {
                if (found.next()) {
                    return;
                }
            }
            statement.execute("create database " + DATABASE);
        }
    }

    private String url(String database) {
        return "jdbc:postgresql://" + LoopbackPorts.HOST + ":" + port + "/" + database;
    }

    /** Where the server listens, with its superuser. */
    public ServiceAddresses.Database address() {
        return new ServiceAddresses.Database(url(DATABASE), USER, password);
    }

    /** The port that the server listens on. */
    int port() {
        return port;
    }

    /** The server's process as it is now; another one once it was started again. */
    public ProcessHandle process() {
        return process.toHandle();
    }

    /** Ends the server: its clients are disconnected, everything is on disk when this returns. */
    @Override
    public void close() {
        closing = true;
        supervisor.interrupt();
        try {
            supervisor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedServiceException("interrupted while PostgreSQL was ending", e);
        }
        if (!process.isAlive()) {
            return;
        }
        stop(binaries, folder.resolve("data"));
        try {
            if (!process.waitFor(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new EmbeddedServiceException("the embedded PostgreSQL (process " + process.pid()
                        + ") does not end; see " + folder.resolve("log"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedServiceException("interrupted while PostgreSQL was ending", e);
        }
    }

    private static void stop(PostgresBinaries binaries, Path data) {
        try {
            run(
                    data.getParent(),
                    List.of(
                            binaries.program("pg_ctl").toString(),
                            "stop",
                            "--pgdata=" + data,
                            "--mode=fast",
                            "--wait",
                            "--timeout=" + STOP_PATIENCE.toSeconds(),
                            "--silent"),
                    "pg_ctl stop");
        } catch (IOException e) {
            throw new EmbeddedServiceException("the PostgreSQL server on " + data + " could not be ended", e);
        }
    }

    private static void run(Path folder, List<String> arguments, String what) throws IOException {
        Process process =
                command(folder, false, arguments).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        try {
            int status = process.waitFor();
            if (status != 0) {
                throw new EmbeddedServiceException(
                        what + " failed with status " + status + ": " + output + explanation(output));
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new EmbeddedServiceException("interrupted during " + what, e);
        }
    }

    private static String explanation(String output) {
        return output.contains("unshare")
                ? ". PostgreSQL refuses to run as root, and this system does not let root make a user namespace;"
                        + " run Firn as another user, or configure a PostgreSQL of your own with FIRN_POSTGRES_URL"
                : "";
    }

    /**
     * @param session whether the program gets a session of its own, out of the reach of the terminal's interrupts;
     *     it keeps the process id, since each program of the chain becomes the next
     */
    private static ProcessBuilder command(Path folder, boolean session, List<String> arguments) {
        List<String> command = new ArrayList<>();
        if (session) {
            onPath("setsid").ifPresent(command::add);
        }
        if (System.getProperty("user.name").equals("root")) {
            // PostgreSQL refuses to run as root; in a user namespace without a mapping nobody is
            command.add("unshare");
            command.add("--user");
        }
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("TZ", "UTC");
        return builder;
    }

    private static Optional<String> onPath(String program) {
        for (String folder :
                Optional.ofNullable(System.getenv("PATH")).orElse("").split(":", -1)) {
            Path path = Path.of(folder.isEmpty() ? "." : folder).resolve(program);
            if (Files.isExecutable(path)) {
                return Optional.of(path.toString());
            }
        }
        return Optional.empty();
    }
}
