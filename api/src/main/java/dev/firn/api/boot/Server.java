package dev.firn.api.boot;

import dev.firn.embedded.EmbeddedServiceException;
import dev.firn.embedded.EmbeddedServices;
import dev.firn.embedded.ExternalServices;
import dev.firn.embedded.ServiceAddresses;
import dev.firn.registry.RegistrySchema;
import io.quarkus.runtime.Quarkus;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.postgresql.ds.PGSimpleDataSource;

/** A start of the program from the first check to the orderly end. */
final class Server {
    private static final long LONGEST_STOP_SECONDS = 60;

    private Server() {}

    /**
     * Starts everything, serves until told to end, and stops everything.
     *
     * @param arguments the command line, for the application
     * @return the exit code of the process
     * @throws BootException when something cannot be started; what was started has then been stopped
     */
    static int run(BootSettings settings, Map<String, String> environment, String[] arguments) {
        settings.requireProtection();
        ExternalServices external = external(environment);
        StorageQuota.read(environment)
                .ifPresent(bytes -> System.setProperty("firn.storage-quota", Long.toString(bytes)));
        settings.requireFreePort();
        CountDownLatch stopped = new CountDownLatch(1);
        // On a signal the JVM ends when its hooks have; this one waits for the code below to have stopped everything.
        Thread hook = Thread.ofPlatform().name("firn-stop").unstarted(() -> awaitStop(stopped));
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return serve(settings, external, arguments);
        } catch (EmbeddedServiceException e) {
            throw BootException.failed(e.getMessage(), e);
        } finally {
            stopped.countDown();
        }
    }

    /** The services that the environment names. */
    static ExternalServices external(Map<String, String> environment) {
        try {
            return ExternalServices.fromEnvironment(environment);
        } catch (IllegalArgumentException e) {
            throw BootException.wrongInput(e.getMessage());
        }
    }

    private static int serve(BootSettings settings, ExternalServices external, String[] arguments) {
        if (settings.role() == Role.WORKER) {
            // The server that has the home keeps the schema up to date.
            return application(settings, EmbeddedServices.join(settings.home(), external), arguments);
        }
        try (EmbeddedServices services = EmbeddedServices.start(settings.home(), external)) {
            migrate(services.addresses().database());
            return application(settings, services.addresses(), arguments);
        }
    }

    /** Brings the registry's schema up to date. */
    static void migrate(ServiceAddresses.Database database) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(database.url());
        dataSource.setUser(database.user());
        dataSource.setPassword(database.password());
        try {
            RegistrySchema.migrate(dataSource);
        } catch (RuntimeException e) {
            throw BootException.failed("The schema of " + database.place() + " cannot be brought up to date: " + e, e);
        }
    }

    private static int application(BootSettings settings, ServiceAddresses addresses, String[] arguments) {
        try {
            Files.createDirectories(settings.logFile().getParent());
        } catch (IOException e) {
            throw BootException.failed("Cannot make the folder of the log " + settings.logFile(), e);
        }
        ApplicationProperties.of(addresses, settings.home()).forEach(System::setProperty);
        ApplicationProperties.of(settings).forEach(System::setProperty);
        AtomicInteger code = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Quarkus.run(
                Application.class,
                (exitCode, exception) -> {
                    code.set(exitCode);
                    failure.set(exception);
                },
                arguments);
        Optional<Throwable> cause = Optional.ofNullable(failure.get());
        if (cause.isPresent()) {
            throw BootException.failed(explanation(settings, cause.get()), cause.get());
        }
        return code.get();
    }

    private static String explanation(BootSettings settings, Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof java.net.BindException) {
            return settings.portInUse();
        }
        String first = Arrays.stream(root.getStackTrace())
                .findFirst()
                .map(frame -> " at " + frame)
                .orElse("");
        return "Cannot start: " + root + first + "; " + settings.logFile() + " says more";
    }

    private static void awaitStop(CountDownLatch stopped) {
        try {
            if (!stopped.await(LONGEST_STOP_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("firn: not everything has stopped after " + LONGEST_STOP_SECONDS + " s; leaving");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
