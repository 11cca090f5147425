package dev.firn.embedded;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services of a home: those that run elsewhere as they were configured, the others started in this process, side
 * by side. Holds the home until it is closed.
 *
 * <p>A home contains {@code firn.lock}, {@code services.properties} (addresses and secrets, readable by its owner
 * only), {@code postgres/} and {@code s3/}.
 */
public final class EmbeddedServices implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedServices.class);
    private static final String BUCKET = "firn";

    private final HomeLock lock;
    private final Optional<EmbeddedPostgres> postgres;
    private final Optional<EmbeddedObjectStore> objectStore;
    private final Optional<EmbeddedTemporal> temporal;
    private final ServiceAddresses addresses;
    private boolean closed;

    private EmbeddedServices(
            HomeLock lock,
            Optional<EmbeddedPostgres> postgres,
            Optional<EmbeddedObjectStore> objectStore,
            Optional<EmbeddedTemporal> temporal,
            ServiceAddresses addresses) {
        this.lock = lock;
        this.postgres = postgres;
        this.objectStore = objectStore;
        this.temporal = temporal;
        this.addresses = addresses;
    }

    /**
     * Takes the home and starts what is not configured. When one service does not start, those that did are ended.
     *
     * @param home the folder that keeps everything, made when it is missing
     * @throws EmbeddedServiceException when the home is in use (with the other's process id), or a service does not
     *     start
     */
    public static EmbeddedServices start(Path home, ExternalServices external) {
        return start(home, external, defaultCache());
    }

    /**
     * As {@link #start(Path, ExternalServices)}.
     *
     * @param cache a folder of the user's where PostgreSQL's programs are unpacked once
     */
    public static EmbeddedServices start(Path home, ExternalServices external, Path cache) {
        requireNonNull(external, "external is null");
        HomeLock lock = HomeLock.acquire(home);
        try {
            return startLocked(lock, home.toRealPath(), external, cache);
        } catch (IOException e) {
            lock.close();
            throw new EmbeddedServiceException("the home " + home + " cannot be used (" + e + ")", e);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static EmbeddedServices startLocked(HomeLock lock, Path home, ExternalServices external, Path cache)
            throws IOException {
        HomeSettings settings = HomeSettings.load(home);
        String password = settings.secret("postgres.password");
        String accessKey = settings.secret("s3.accessKey");
        String secretKey = settings.secret("s3.secretKey");
        // the secrets are kept before anything is made with them
        settings.save();

        List<Callable<AutoCloseable>> starts = new ArrayList<>();
        if (external.database().isEmpty()) {
            starts.add(() ->
                    EmbeddedPostgres.start(home.resolve("postgres"), cache, settings.port("postgres.port"), password));
        }
        if (external.objectStore().isEmpty()) {
            starts.add(() -> EmbeddedObjectStore.start(
                    home.resolve("s3"), settings.port("s3.port"), accessKey, secretKey, BUCKET));
        }
        if (external.temporal().isEmpty()) {
            starts.add(() -> EmbeddedTemporal.start(settings.port("temporal.port")));
        }
        List<AutoCloseable> started = startAll(starts);
        Optional<EmbeddedPostgres> postgres = only(started, EmbeddedPostgres.class);
        Optional<EmbeddedObjectStore> objectStore = only(started, EmbeddedObjectStore.class);
        Optional<EmbeddedTemporal> temporal = only(started, EmbeddedTemporal.class);
        ServiceAddresses addresses = new ServiceAddresses(
                postgres.map(EmbeddedPostgres::address).or(external::database).orElseThrow(),
                objectStore
                        .map(EmbeddedObjectStore::address)
                        .or(external::objectStore)
                        .orElseThrow(),
                temporal.map(EmbeddedTemporal::address).or(external::temporal).orElseThrow());
        EmbeddedServices services = new EmbeddedServices(lock, postgres, objectStore, temporal, addresses);
        try {
            postgres.ifPresent(server -> settings.set("postgres.port", Integer.toString(server.port())));
            objectStore.ifPresent(store -> settings.set(
                    "s3.port", Integer.toString(store.address().endpoint().getPort())));
            temporal.ifPresent(service -> settings.set(
                    "temporal.port", service.address().target().substring(LoopbackPorts.HOST.length() + 1)));
            keep(settings, addresses, postgres.isPresent(), objectStore.isPresent(), temporal.isPresent());
            settings.save();
        } catch (IOException e) {
            services.close();
            throw e;
        }
        return services;
    }

    private static List<AutoCloseable> startAll(List<Callable<AutoCloseable>> starts) {
        List<AutoCloseable> started = new ArrayList<>();
        RuntimeException failure = null;
        try (ExecutorService executor = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("firn-embedded-", 0).daemon().factory())) {
            List<Future<AutoCloseable>> futures =
                    starts.stream().map(executor::submit).toList();
            for (Future<AutoCloseable> future : futures) {
                try {
                    started.add(future.get());
                } catch (ExecutionException e) {
                    RuntimeException cause = e.getCause() instanceof RuntimeException runtime
                            ? runtime
                            : new EmbeddedServiceException("an embedded service did not start", e.getCause());
                    if (failure == null) {
                        failure = cause;
                    } else {
                        failure.addSuppressed(cause);
                    }
                } catch (InterruptedException e) {
                    executor.shutdownNow();
                    Thread.currentThread().interrupt();
                    failure = new EmbeddedServiceException("interrupted while services were starting", e);
                }
            }
        }
        if (failure != null) {
            closeAll(started.reversed(), failure);
            throw failure;
        }
        return started;
    }

    private static <T extends AutoCloseable> Optional<T> only(List<AutoCloseable> started, Class<T> type) {
        return started.stream().filter(type::isInstance).map(type::cast).findFirst();
    }

    /** Writes where the embedded services are, for other processes of the same user; external ones are not kept. */
    private static void keep(
            HomeSettings settings,
            ServiceAddresses addresses,
            boolean postgres,
            boolean objectStore,
            boolean temporal) {
        keep(settings, "postgres.url", postgres, addresses.database().url());
        keep(settings, "postgres.user", postgres, addresses.database().user());
        keep(
                settings,
                "s3.endpoint",
                objectStore,
                addresses.objectStore().endpoint().toString());
        keep(settings, "s3.bucket", objectStore, addresses.objectStore().bucket());
        keep(settings, "s3.region", objectStore, addresses.objectStore().region());
        keep(settings, "temporal.target", temporal, addresses.temporal().target());
        keep(settings, "temporal.namespace", temporal, addresses.temporal().namespace());
    }

    private static void keep(HomeSettings settings, String name, boolean embedded, String value) {
        if (embedded) {
            settings.set(name, value);
        } else {
            settings.remove(name);
        }
    }

    /**
     * The services that another process has started on the home, for a worker that joins it; those that were
     * configured come before those of the home.
     *
     * @throws EmbeddedServiceException when the home has no address of a service that was not configured either
     */
    public static ServiceAddresses join(Path home, ExternalServices external) {
        try {
            HomeSettings settings = HomeSettings.load(home);
            return new ServiceAddresses(
                    external.database()
                            .orElseGet(() -> new ServiceAddresses.Database(
                                    need(settings, home, "postgres.url"),
                                    need(settings, home, "postgres.user"),
                                    need(settings, home, "postgres.password"))),
                    external.objectStore()
                            .orElseGet(() -> new ServiceAddresses.ObjectStore(
                                    URI.create(need(settings, home, "s3.endpoint")),
                                    need(settings, home, "s3.accessKey"),
                                    need(settings, home, "s3.secretKey"),
                                    need(settings, home, "s3.bucket"),
                                    need(settings, home, "s3.region"))),
                    external.temporal()
                            .orElseGet(() -> new ServiceAddresses.Temporal(
                                    need(settings, home, "temporal.target"),
                                    need(settings, home, "temporal.namespace"),
                                    false,
                                    Optional.empty())));
        } catch (IOException e) {
            throw new EmbeddedServiceException("the home " + home + " cannot be read (" + e + ")", e);
        }
    }

    private static String need(HomeSettings settings, Path home, String name) {
        return settings.get(name)
                .orElseThrow(() -> new EmbeddedServiceException("the home " + home + " has no " + name
                        + "; start the server on it first, or configure the services by environment variables"));
    }

    /** {@code $XDG_CACHE_HOME/firn} or {@code ~/.cache/firn}. */
    public static Path defaultCache() {
        String configured = System.getenv("XDG_CACHE_HOME");
        Path root = configured != null && configured.startsWith("/")
                ? Path.of(configured)
                : Path.of(System.getProperty("user.home"), ".cache");
        return root.resolve("firn");
    }

    /** Where the services are. */
    public ServiceAddresses addresses() {
        return addresses;
    }

    /** The embedded PostgreSQL server's process, when it is embedded. */
    public Optional<ProcessHandle> postgresProcess() {
        return postgres.map(EmbeddedPostgres::process);
    }

    /** Ends what was started, PostgreSQL last, and gives the home back. Safe to call twice. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        List<AutoCloseable> parts = new ArrayList<>();
        temporal.ifPresent(parts::add);
        objectStore.ifPresent(parts::add);
        postgres.ifPresent(parts::add);
        parts.add(lock);
        EmbeddedServiceException failure = new EmbeddedServiceException("an embedded service did not end");
        closeAll(parts, failure);
        if (failure.getSuppressed().length > 0) {
            LOG.warn("an embedded service did not end", failure);
            throw failure;
        }
    }

    private static void closeAll(List<AutoCloseable> parts, RuntimeException failure) {
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
    }
}
