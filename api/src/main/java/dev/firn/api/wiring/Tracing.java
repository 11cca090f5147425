package dev.firn.api.wiring;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.opentracingshim.OpenTracingShim;
import io.temporal.common.interceptors.WorkerInterceptor;
import io.temporal.common.interceptors.WorkflowClientInterceptor;
import io.temporal.opentracing.OpenTracingClientInterceptor;
import io.temporal.opentracing.OpenTracingOptions;
import io.temporal.opentracing.OpenTracingWorkerInterceptor;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Carries a trace from the request that starts a run through its workflow into each activity, when a collector is
 * configured; nothing otherwise. Temporal's interceptors speak OpenTracing, which OpenTelemetry understands.
 */
@Singleton
public class Tracing {
    private final List<WorkflowClientInterceptor> client;
    private final List<WorkerInterceptor> worker;

    public Tracing(FirnConfiguration configuration, OpenTelemetry telemetry) {
        if (configuration.otelEndpoint().isEmpty()) {
            client = List.of();
            worker = List.of();
            return;
        }
        OpenTracingOptions options = OpenTracingOptions.newBuilder()
                .setTracer(OpenTracingShim.createTracerShim(telemetry))
                .build();
        client = List.of(new OpenTracingClientInterceptor(options));
        worker = List.of(new OpenTracingWorkerInterceptor(options));
    }

    /** What goes on around calls of Temporal. */
    List<WorkflowClientInterceptor> client() {
        return client;
    }

    /** What goes on around workflows and activities. */
    List<WorkerInterceptor> worker() {
        return worker;
    }
}
