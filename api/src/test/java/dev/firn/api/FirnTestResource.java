package dev.firn.api;

import dev.firn.api.boot.ApplicationProperties;
import dev.firn.embedded.EmbeddedServices;
import dev.firn.embedded.ExternalServices;
import dev.firn.embedded.ServiceAddresses;
import dev.firn.registry.RegistrySchema;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The embedded services in a home of their own, started once for all tests of the application. The argument {@code role} says what
 * the application is: {@code api} where nothing is said, {@code all} with a worker.
 */
public final class FirnTestResource implements QuarkusTestResourceLifecycleManager {
    private String role = "api";
    private Path home;
    private EmbeddedServices services;

    @Override
    public void init(Map<String, String> arguments) {
        role = arguments.getOrDefault("role", role);
    }

    @Override
    public Map<String, String> start() {
        try {
            home = Files.createTempDirectory("firn-api-test-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        services = EmbeddedServices.start(home, ExternalServices.NONE);
        ServiceAddresses addresses = services.addresses();
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(addresses.database().url());
        dataSource.setUser(addresses.database().user());
        dataSource.setPassword(addresses.database().password());
        RegistrySchema.migrate(dataSource);
        Map<String, String> properties = new HashMap<>(ApplicationProperties.of(addresses, home));
        properties.put("firn.role", role);
        properties.put("firn.webhook-allow", "127.0.0.1");
        return properties;
    }

    @Override
    public void stop() {
        if (services != null) {
            services.close();
        }
        if (home != null) {
            try (Stream<Path> files = Files.walk(home)) {
                files.sorted(Comparator.reverseOrder()).forEach(FirnTestResource::delete);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
