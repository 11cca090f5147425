package dev.firn.embedded;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The services that run elsewhere and were configured; those that are missing are embedded.
 *
 * @param database a PostgreSQL 15 or newer
 * @param objectStore an S3 store
 * @param temporal a Temporal server
 */
public record ExternalServices(
        Optional<ServiceAddresses.Database> database,
        Optional<ServiceAddresses.ObjectStore> objectStore,
        Optional<ServiceAddresses.Temporal> temporal) {

    /** All three embedded. */
    public static final ExternalServices NONE =
            new ExternalServices(Optional.empty(), Optional.empty(), Optional.empty());

    private static final List<String> POSTGRES = List.of("FIRN_POSTGRES_USER", "FIRN_POSTGRES_PASSWORD");
    private static final List<String> S3 = List.of("FIRN_S3_ACCESS_KEY", "FIRN_S3_SECRET_KEY");

    public ExternalServices {
        requireNonNull(database, "database is null");
        requireNonNull(objectStore, "objectStore is null");
        requireNonNull(temporal, "temporal is null");
    }

    /** Whether nothing is left to embed. */
    public boolean complete() {
        return database.isPresent() && objectStore.isPresent() && temporal.isPresent();
    }

    /**
     * What the environment configures: {@code FIRN_POSTGRES_URL} with {@code _USER} and {@code _PASSWORD};
     * {@code FIRN_S3_ENDPOINT} with {@code _ACCESS_KEY}, {@code _SECRET_KEY} and, when they differ from {@code firn} and
     * {@code us-east-1}, {@code _BUCKET} and {@code _REGION}; {@code FIRN_TEMPORAL_ADDRESS} with, when it differs from
     * {@code default}, {@code _NAMESPACE}, and {@code _TLS=true} and {@code _API_KEY} where the server wants them. A
     * variable that is empty counts as missing.
     *
     * @throws IllegalArgumentException naming everything that is wrong
     */
    public static ExternalServices fromEnvironment(Map<String, String> environment) {
        List<String> faults = new ArrayList<>();
        requireTogether(environment, "FIRN_POSTGRES_URL", POSTGRES, faults);
        requireTogether(environment, "FIRN_S3_ENDPOINT", S3, faults);
        Optional<String> url = value(environment, "FIRN_POSTGRES_URL");
        if (url.isPresent() && !url.get().startsWith("jdbc:postgresql:")) {
            faults.add("FIRN_POSTGRES_URL must start with jdbc:postgresql:, as in jdbc:postgresql://host:5432/firn");
        }
        Optional<String> endpoint = value(environment, "FIRN_S3_ENDPOINT");
        if (endpoint.isPresent() && !endpoint.get().matches("https?://[^/?#@]+/?")) {
            faults.add(
                    "FIRN_S3_ENDPOINT must be http://host:port or https://host without a path, is " + endpoint.get());
        }
        Optional<String> target = value(environment, "FIRN_TEMPORAL_ADDRESS");
        if (target.isPresent() && !target.get().matches("[^/:]+:[0-9]+|\\[[0-9a-fA-F:]+]:[0-9]+")) {
            faults.add("FIRN_TEMPORAL_ADDRESS must be host:port, is " + target.get());
        }
        Optional<String> tls = value(environment, "FIRN_TEMPORAL_TLS");
        if (tls.isPresent() && !tls.get().equals("true") && !tls.get().equals("false")) {
            faults.add("FIRN_TEMPORAL_TLS must be true or false, is " + tls.get());
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
        return new ExternalServices(
                url.map(address -> new ServiceAddresses.Database(
                        address,
                        value(environment, "FIRN_POSTGRES_USER").orElseThrow(),
                        value(environment, "FIRN_POSTGRES_PASSWORD").orElseThrow())),
                endpoint.map(address -> new ServiceAddresses.ObjectStore(
                        URI.create(address),
                        value(environment, "FIRN_S3_ACCESS_KEY").orElseThrow(),
                        value(environment, "FIRN_S3_SECRET_KEY").orElseThrow(),
                        value(environment, "FIRN_S3_BUCKET").orElse("firn"),
                        value(environment, "FIRN_S3_REGION").orElse("us-east-1"))),
                target.map(address -> new ServiceAddresses.Temporal(
                        address,
                        value(environment, "FIRN_TEMPORAL_NAMESPACE").orElse("default"),
                        tls.map(Boolean::valueOf).orElse(false),
                        value(environment, "FIRN_TEMPORAL_API_KEY"))));
    }

    private static void requireTogether(
            Map<String, String> environment, String leader, List<String> followers, List<String> faults) {
        if (value(environment, leader).isPresent()) {
            for (String follower : followers) {
                if (value(environment, follower).isEmpty()) {
                    faults.add(leader + " is set but " + follower + " is not");
                }
            }
        } else {
            for (String follower : followers) {
                if (value(environment, follower).isPresent()) {
                    faults.add(follower + " is set but " + leader + " is not");
                }
            }
        }
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(text -> !text.isEmpty());
    }
}
