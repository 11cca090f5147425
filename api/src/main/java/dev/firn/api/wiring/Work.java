package dev.firn.api.wiring;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.FirnWorker;
import dev.firn.activities.Stores;
import dev.firn.activities.reconciliation.Reconciler;
import dev.firn.activities.submission.TrainingInputs;
import dev.firn.api.audit.OwnChanges;
import dev.firn.api.boot.OwnFolder;
import dev.firn.registry.ConflictException;
import dev.firn.registry.garbage.Collection;
import dev.firn.registry.garbage.GarbageCollector;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.temporal.client.WorkflowClient;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * What goes on in the process besides answering: a worker, where the role has one; where the role serves, reconciliation
 * at the start and every minute, and a collection of what nothing names every hour.
 */
@Singleton
public class Work {
    private static final Logger LOG = Logger.getLogger(Work.class);
    private static final Duration BETWEEN_RECONCILIATIONS = Duration.ofMinutes(1);
    private static final Duration BETWEEN_COLLECTIONS = Duration.ofHours(1);

    private final FirnConfiguration configuration;
    private final Stores stores;
    private final TrainingInputs inputs;
    private final WorkflowClient workflows;
    private final Reconciler reconciler;
    private final GarbageCollector collector;
    private final OwnChanges changes;
    private final Tracing tracing;
    private final OwnFolder folder;
    private FirnWorker worker;
    private Thread reconciling;
    private Thread collecting;

    public Work(
            FirnConfiguration configuration,
            Stores stores,
            TrainingInputs inputs,
            WorkflowClient workflows,
            Reconciler reconciler,
            GarbageCollector collector,
            OwnChanges changes,
            Tracing tracing,
            OwnFolder folder) {
        this.configuration = requireNonNull(configuration, "configuration is null");
        this.stores = requireNonNull(stores, "stores is null");
        this.inputs = requireNonNull(inputs, "inputs is null");
        this.workflows = requireNonNull(workflows, "workflows is null");
        this.reconciler = requireNonNull(reconciler, "reconciler is null");
        this.collector = requireNonNull(collector, "collector is null");
        this.changes = requireNonNull(changes, "changes is null");
        this.tracing = requireNonNull(tracing, "tracing is null");
        this.folder = requireNonNull(folder, "folder is null");
    }

    void start(@Observes StartupEvent event) {
        if (configuration.role().runsWorkers()) {
            String identity = ManagementFactory.getRuntimeMXBean().getName();
            worker = new FirnWorker(
                    stores,
                    inputs,
                    workflows,
                    folder.resolve("stages"),
                    identity,
                    configuration.computeClass(),
                    tracing.worker());
            worker.start();
        }
        if (configuration.role().servesHttp()) {
            reconciling = Thread.ofPlatform().daemon().name("reconciliation").start(this::reconcileEveryMinute);
            collecting = Thread.ofPlatform().daemon().name("collection").start(this::collectEveryHour);
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

    private void collectEveryHour() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.sleep(BETWEEN_COLLECTIONS);
                try {
                    collect();
                } catch (ConflictException e) {
                    LOG.warn("Nothing was collected: " + e.getMessage());
                } catch (RuntimeException e) {
                    LOG.warn("What nothing names could not be collected; trying again in an hour", e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Removes what nothing names, asked by nobody. */
    public void collect() {
        Collection collected =
                changes.make("POST", "/api/gc", () -> collector.collect(GarbageCollector.USUAL_GRACE, false));
        LOG.infof(
                "Collected %d files of %d bytes that nothing named, and %d unknown objects of %d bytes",
                collected.blobs(), collected.blobBytes(), collected.orphans(), collected.orphanBytes());
    }

    void stop(@Observes ShutdownEvent event) {
        if (reconciling != null) {
            reconciling.interrupt();
        }
        if (collecting != null) {
            collecting.interrupt();
        }
        if (worker != null) {
            worker.close();
        }
    }
}
