package dev.firn.embedded;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceImplBase;
import io.temporal.internal.testservice.TestServicesStarter;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Temporal's test service on a loopback port, in real time.
 *
 * <p>The SDK's own port-bound test server listens on every interface; this one serves the same services on 127.0.0.1.
 */
public final class EmbeddedTemporal implements AutoCloseable {
    /** The namespace that the service knows. */
    public static final String NAMESPACE = "default";

    /** The test service registers the workflow service first; clients ask after its health by this name. */
    private static final String WORKFLOW_SERVICE = "temporal.api.workflowservice.v1.WorkflowService";

    /** Temporal's own limit for one call is 4 MB; a history page may be larger than that. */
    private static final int MAXIMUM_MESSAGE_BYTES = 64 << 20;

    private final TestServicesStarter services;
    private final Server server;

    private EmbeddedTemporal(TestServicesStarter services, Server server) {
        this.services = services;
        this.server = server;
    }

    /**
     * Starts the service.
     *
     * @param preferredPort a port to use when it is free; 0 for any
     */
    public static EmbeddedTemporal start(int preferredPort) {
        boolean realTime = true;
        TestServicesStarter services = new TestServicesStarter(realTime, 0);
        try {
            return new EmbeddedTemporal(services, serve(services, LoopbackPorts.free(preferredPort)));
        } catch (IOException firstFailure) {
            try {
                return new EmbeddedTemporal(services, serve(services, 0));
            } catch (IOException e) {
                services.close();
                e.addSuppressed(firstFailure);
                throw new EmbeddedServiceException("the embedded Temporal service found no port to listen on", e);
            }
        }
    }

    private static Server serve(TestServicesStarter services, int port) throws IOException {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(LoopbackPorts.address(port))
                .maxInboundMessageSize(MAXIMUM_MESSAGE_BYTES)
                .intercept(new NoStickiness())
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
        for (BindableService service : services.getServices()) {
            builder.addService(service);
            if (service instanceof WorkflowServiceImplBase workflows) {
                builder.intercept(new LateCancellations(workflows));
            }
        }
        HealthStatusManager health = new HealthStatusManager();
        health.setStatus(WORKFLOW_SERVICE, ServingStatus.SERVING);
        return builder.addService(health.getHealthService()).build().start();
    }

    /** Where the service listens. */
    public ServiceAddresses.Temporal address() {
        return new ServiceAddresses.Temporal(
                LoopbackPorts.HOST + ":" + server.getPort(), NAMESPACE, false, Optional.empty());
    }

    /** Ends the service. Its workflows are forgotten. */
    @Override
    public void close() {
        server.shutdownNow();
        services.close();
        try {
            server.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
