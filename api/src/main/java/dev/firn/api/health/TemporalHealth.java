package dev.firn.api.health;

import static java.util.Objects.requireNonNull;

import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.temporal.serviceclient.WorkflowServiceStubs;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Whether Temporal answers. */
@Readiness
public class TemporalHealth implements HealthCheck {
    private static final String NAME = "Temporal";

    private final WorkflowServiceStubs temporal;

    public TemporalHealth(WorkflowServiceStubs temporal) {
        this.temporal = requireNonNull(temporal, "temporal is null");
    }

    @Override
    public HealthCheckResponse call() {
        try {
            ServingStatus status = temporal.healthCheck().getStatus();
            return HealthCheckResponse.named(NAME)
                    .status(status == ServingStatus.SERVING)
                    .withData("status", status.name())
                    .build();
        } catch (RuntimeException e) {
            return HealthCheckResponse.named(NAME)
                    .down()
                    .withData("reason", String.valueOf(e.getMessage()))
                    .build();
        }
    }
}
