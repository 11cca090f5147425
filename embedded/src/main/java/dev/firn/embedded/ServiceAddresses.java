package dev.firn.embedded;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.Optional;

/** Where the three services are, with what is needed to talk to them. Printing one does not print its secrets. */
public record ServiceAddresses(Database database, ObjectStore objectStore, Temporal temporal) {

    public ServiceAddresses {
        requireNonNull(database, "database is null");
        requireNonNull(objectStore, "objectStore is null");
        requireNonNull(temporal, "temporal is null");
    }

    /**
     * A PostgreSQL database.
     *
     * @param url for JDBC, {@code jdbc:postgresql://…}
     */
    public record Database(String url, String user, String password) {

        public Database {
            requireNonNull(url, "url is null");
            requireNonNull(user, "user is null");
            requireNonNull(password, "password is null");
        }

        /** The address without its parameters, one of which may be a password. */
        public String place() {
            int parameters = url.indexOf('?');
            return parameters < 0 ? url : url.substring(0, parameters);
        }

        @Override
        public String toString() {
            return "Database[url=" + place() + ", user=" + user + "]";
        }
    }

    /**
     * A bucket in an S3 store.
     *
     * @param endpoint {@code http://host:port} or {@code https://host}
     */
    public record ObjectStore(URI endpoint, String accessKey, String secretKey, String bucket, String region) {

        public ObjectStore {
            requireNonNull(endpoint, "endpoint is null");
            requireNonNull(accessKey, "accessKey is null");
            requireNonNull(secretKey, "secretKey is null");
            requireNonNull(bucket, "bucket is null");
            requireNonNull(region, "region is null");
        }

        @Override
        public String toString() {
            return "ObjectStore[endpoint=" + endpoint + ", bucket=" + bucket + ", region=" + region + "]";
        }
    }

    /**
     * A Temporal namespace.
     *
     * @param target {@code host:port} of the front end
     * @param tls whether to talk TLS
     * @param apiKey a key that the server asks for
     */
    public record Temporal(String target, String namespace, boolean tls, Optional<String> apiKey) {

        public Temporal {
            requireNonNull(target, "target is null");
            requireNonNull(namespace, "namespace is null");
            requireNonNull(apiKey, "apiKey is null");
        }

        @Override
        public String toString() {
            return "Temporal[target=" + target + ", namespace=" + namespace + ", tls=" + tls + "]";
        }
    }
}
