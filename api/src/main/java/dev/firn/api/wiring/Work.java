package dev.firn.api.wiring;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.FirnWorker;
import dev.firn.activities.Stores;
import dev.firn.activities.reconciliation.Reconciler;
import dev.firn.activities.submission.TrainingInputs;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.temporal.client.WorkflowClient;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * What goes on in the process besides answering: a worker, where the role has one, and reconciliation at the start and
 * every minute, where the role serves.
 */
@Singleton
public class Work {
    private static final Logger LOG = Logger.getLogger(Work.class);
    private static final Duration BETWEEN_RECONCILIATIONS = Duration.ofMinutes(1);

    private final FirnConfiguration configuration;
    private final Stores stores;
    private final TrainingInputs inputs;
    private final WorkflowClient workflows;
    private final Reconciler reconciler;
    private final Tracing tracing;
    private FirnWorker worker;
    private Thread reconciling;

    public Work(
            FirnConfiguration configuration,
            Stores stores,
            TrainingInputs inputs,
            WorkflowClient workflows,
            Reconciler reconciler,
            Tracing tracing) {
        this.configuration = requireNonNull(configuration, "configuration is null");
        this.stores = requireNonNull(stores, "stores is null");
        this.inputs = requireNonNull(inputs, "inputs is null");
        this.workflows = requireNonNull(workflows, "workflows is null");
        this.reconciler = requireNonNull(reconciler, "reconciler is null");
        this.tracing = requireNonNull(tracing, "tracing is null");
    }

    void start(@Observes StartupEvent event) {
        if (configuration.role().runsWorkers()) {
            String identity = ManagementFactory.getRuntimeMXBean().getName();
            worker = new FirnWorker(
                    stores,
                    inputs,
                    workflows,
                    configuration.home().resolve("work"),
                    identity,
                    configuration.computeClass(),
                    tracing.worker());
            worker.start();
        }
        if (configuration.role().servesHttp()) {
            reconciling = Thread.ofPlatform().daemon().name("reconciliation").start(this::reconcileEveryMinute);
        }
    }

    private void reconcileEveryMinute() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    reconciler.reconcile();
                } catch (RuntimeException e) {
                    LOG.warn("Runs could not be compared with their workflows; trying again in a minute", e);
                }
                Thread.sleep(BETWEEN_RECONCILIATIONS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (reconciling != null) {
            reconciling.interrupt();
        }
        if (worker != null) {
            worker.close();
        }
    }
}
