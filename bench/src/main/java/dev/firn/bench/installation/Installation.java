package dev.firn.bench.installation;

import static java.util.Objects.requireNonNull;

import dev.firn.cli.client.FirnClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.commons.io.FileUtils;

/** The processes on one home. However the drill ends, they end with it. */
public final class Installation implements AutoCloseable {
    private static final String BUCKET = "firn";
    private static final String QUOTA = "FIRN_STORAGE_QUOTA";

    private final Programs programs;
    private final Home home;
    private final Path logs;
    private final Set<Part> separate;
    private final Map<String, String> environment = new TreeMap<>();
    private final List<ServerProcess> processes = new ArrayList<>();
    private final Thread atExit = new Thread(this::endAll);
    private final String storeSecret = UUID.randomUUID().toString();
    private ServerProcess server;
    private ServerProcess worker;
    private ServerProcess zombie;
    private ServerProcess store;
    private ServerProcess temporal;
    private int temporalPort;
    private FirnClient client;

    private Installation(Programs programs, Home home, Path logs, Set<Part> separate) {
        this.programs = requireNonNull(programs, "programs is null");
        this.home = requireNonNull(home, "home is null");
        this.logs = requireNonNull(logs, "logs is null");
        this.separate = Set.copyOf(separate);
    }

    /**
     * Starts a server on a home.
     *
     * @param logs a folder for what the processes say
     * @param separate what runs in processes beside the server's
     * @throws IOException when something does not start
     */
    public static Installation start(Programs programs, Home home, Path logs, Set<Part> separate)
            throws IOException, InterruptedException {
        Installation installation = new Installation(programs, home, logs, separate);
        Runtime.getRuntime().addShutdownHook(installation.atExit);
        try {
            if (separate.contains(Part.OBJECT_STORE)) {
                installation.startStore();
            }
            if (separate.contains(Part.TEMPORAL)) {
                installation.startTemporal();
            }
            installation.startServer();
            if (separate.contains(Part.WORKER)) {
                installation.startWorker();
            }
            return installation;
        } catch (IOException | RuntimeException | InterruptedException e) {
            installation.close();
            throw e;
        }
    }

    /** Talks to the server as it runs now. */
    public FirnClient client() {
        return client;
    }

    /** Kills the server; what it started lives on without it. */
    public void killServer() throws InterruptedException {
        server.kill();
    }

    /** Ends the server in good order. */
    public void endServer() throws InterruptedException {
        server.end();
    }

    /** Starts the server, and waits until it is ready. */
    public void startServer() throws IOException, InterruptedException {
        server = separate.contains(Part.WORKER) ? start("server", "up", "--role", "api") : start("server", "up");
        client = new FirnClient(
                server.awaitReady().orElseThrow(() -> new IOException("the server serves nothing")), Optional.empty());
    }

    public void killWorker() throws InterruptedException {
        worker.kill();
    }

    /** Starts a worker, and waits until it is ready. */
    public void startWorker() throws IOException, InterruptedException {
        worker = start("worker", "up", "--role", "worker");
        worker.awaitReady();
    }

    /** Stops the worker as it stands; it may be woken. */
    public void suspendWorker() throws IOException, InterruptedException {
        endZombie();
        worker.signal("STOP");
        zombie = worker;
    }

    /** Lets the worker that was stopped go on beside the one that took over. */
    public void wakeZombie() throws IOException, InterruptedException {
        zombie.signal("CONT");
    }

    private void endZombie() throws InterruptedException {
        if (zombie != null) {
            zombie.end();
            zombie = null;
        }
    }

    public void killStore() throws InterruptedException {
        store.kill();
    }

    /** Starts the object store, where it was before if it was started before, and waits until it is ready. */
    public void startStore() throws IOException, InterruptedException {
        int port = Optional.ofNullable(environment.get("FIRN_S3_ENDPOINT"))
                .map(endpoint -> URI.create(endpoint).getPort())
                .orElse(0);
        store = start(
                programs.objectStore(),
                "store",
                blobs().toString(),
                Integer.toString(port),
                "drill",
                storeSecret,
                BUCKET);
        URI address = store.awaitReady().orElseThrow(() -> new IOException("the object store serves nothing"));
        if (port > 0 && address.getPort() != port) {
            throw new IOException("the object store's port " + port + " was taken by another program");
        }
        environment.put("FIRN_S3_ENDPOINT", address.toString());
        environment.put("FIRN_S3_ACCESS_KEY", "drill");
        environment.put("FIRN_S3_SECRET_KEY", storeSecret);
    }

    private Path blobs() {
        return home.folder().resolve("s3");
    }

    /** How many bytes the object store holds. */
    public long storedBytes() throws IOException {
        return new StoredBlobs(blobs().resolve(BUCKET)).bytes();
    }

    /** How much may be stored, from the server's next start on. */
    public void limitStorage(long bytes) {
        environment.put(QUOTA, Long.toString(bytes));
    }

    /** From the server's next start on, anything may be stored. */
    public void liftStorageLimit() {
        environment.remove(QUOTA);
    }

    public void killTemporal() throws InterruptedException {
        temporal.kill();
    }

    /** Starts Temporal, on what it knew and where it was before if it was started before, and waits until it is ready. */
    public void startTemporal() throws IOException, InterruptedException {
        if (temporalPort == 0) {
            temporalPort = freePort();
            environment.put("FIRN_TEMPORAL_ADDRESS", "127.0.0.1:" + temporalPort);
        }
        Path program = programs.temporal().orElseThrow(() -> new IOException("there is no program temporal"));
        temporal = start(
                TemporalProgram.server(program, temporalPort, home.folder().resolve("temporal.db")), "temporal");
        temporal.awaitConnections(temporalPort);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Kills the embedded PostgreSQL. */
    public void killPostgres() throws IOException {
        home.postgres()
                .orElseThrow(() -> new IOException("no PostgreSQL runs on " + home.folder()))
                .destroyForcibly();
    }

    /** Flips a bit of the largest file of an artifact, where it lies, and removes the local copies: whole, they would do. */
    public void corrupt(String manifest) throws IOException {
        FileUtils.deleteDirectory(home.folder().resolve("cache").toFile());
        new StoredBlobs(blobs().resolve(BUCKET)).corrupt(manifest);
    }

    private ServerProcess start(String name, String... arguments) throws IOException {
        return start(programs.firn(), name, arguments);
    }

    private ServerProcess start(List<String> program, String name, String... arguments) throws IOException {
        Path log = logs.resolve(name + "-" + (processes.size() + 1) + ".log");
        ServerProcess process = ServerProcess.start(program, home.folder(), environment, log, arguments);
        processes.add(process);
        return process;
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
            endZombie();
            if (worker != null) {
                worker.end();
            }
            if (server != null) {
                server.end();
            }
            home.endPostgres();
            for (ServerProcess process : processes) {
                process.kill();
            }
        } catch (IOException e) {
            System.err.println("firn: a process may be left on " + home.folder() + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
