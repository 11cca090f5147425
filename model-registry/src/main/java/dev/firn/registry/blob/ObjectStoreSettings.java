package dev.firn.registry.blob;

import static java.util.Objects.requireNonNull;

import java.net.URI;

/**
 * Where the object store is. Printing it does not print the keys.
 *
 * @param endpoint {@code http://host:port} or {@code https://host}
 * @param bucket made when it is missing
 */
public record ObjectStoreSettings(URI endpoint, String accessKey, String secretKey, String bucket, String region) {

    public ObjectStoreSettings {
        requireNonNull(endpoint, "endpoint is null");
        requireNonNull(accessKey, "accessKey is null");
        requireNonNull(secretKey, "secretKey is null");
        requireNonNull(bucket, "bucket is null");
        requireNonNull(region, "region is null");
    }

    @Override
    public String toString() {
        return "ObjectStoreSettings[endpoint=" + endpoint + ", bucket=" + bucket + ", region=" + region + "]";
    }
}
