package dev.firn.api.boot;

import dev.firn.embedded.ServiceAddresses;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the application is told at its start. As system properties these outrank the environment. */
public final class ApplicationProperties {
    private ApplicationProperties() {}

    /** Where the services are, and the home. */
    public static Map<String, String> of(ServiceAddresses addresses, Path home) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("quarkus.datasource.jdbc.url", addresses.database().url());
        properties.put("quarkus.datasource.username", addresses.database().user());
        properties.put("quarkus.datasource.password", addresses.database().password());
        properties.put("firn.home", home.toString());
        // On the same disk as what is made of them
        properties.put(
                "quarkus.http.body.uploads-directory", home.resolve("uploads").toString());
        properties.put("firn.s3.endpoint", addresses.objectStore().endpoint().toString());
        properties.put("firn.s3.access-key", addresses.objectStore().accessKey());
        properties.put("firn.s3.secret-key", addresses.objectStore().secretKey());
        properties.put("firn.s3.bucket", addresses.objectStore().bucket());
        properties.put("firn.s3.region", addresses.objectStore().region());
        properties.put("firn.temporal.address", addresses.temporal().target());
        properties.put("firn.temporal.namespace", addresses.temporal().namespace());
        properties.put(
                "firn.temporal.tls", Boolean.toString(addresses.temporal().tls()));
        addresses.temporal().apiKey().ifPresent(key -> properties.put("firn.temporal.api-key", key));
        return properties;
    }

    /** What the process does, where it listens, and where it logs. */
    static Map<String, String> of(BootSettings settings) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("firn.role", settings.role().word());
        properties.put("quarkus.http.host", settings.host());
        properties.put("quarkus.http.port", Integer.toString(settings.port().orElse(0)));
        properties.put("quarkus.http.host-enabled", Boolean.toString(settings.listens()));
        properties.put("quarkus.log.file.enabled", "true");
        properties.put("quarkus.log.file.path", settings.logFile().toString());
        properties.putAll(settings.logFormat().properties());
        settings.oidc().ifPresent(oidc -> properties.putAll(oidc.properties()));
        settings.otelEndpoint().ifPresent(endpoint -> {
            properties.put("firn.otel-endpoint", endpoint.toString());
            properties.put("quarkus.otel.sdk.disabled", "false");
            properties.put("quarkus.otel.exporter.otlp.endpoint", endpoint.toString());
            properties.put("quarkus.otel.exporter.otlp.protocol", "http/protobuf");
        });
        return properties;
    }
}
