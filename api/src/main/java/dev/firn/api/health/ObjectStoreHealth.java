package dev.firn.api.health;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.blob.BlobStore;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Whether the object store answers. */
@Readiness
public class ObjectStoreHealth implements HealthCheck {
    private static final String NAME = "Object store";

    private final BlobStore blobs;

    public ObjectStoreHealth(BlobStore blobs) {
        this.blobs = requireNonNull(blobs, "blobs is null");
    }

    @Override
    public HealthCheckResponse call() {
        try {
            blobs.check();
            return HealthCheckResponse.up(NAME);
        } catch (RuntimeException e) {
            return HealthCheckResponse.named(NAME)
                    .down()
                    .withData("reason", String.valueOf(e.getMessage()))
                    .build();
        }
    }
}
