package dev.firn.activities;

import static java.util.Objects.requireNonNull;

import com.sun.management.OperatingSystemMXBean;
import dev.firn.registry.Identifiers;
import dev.firn.registry.queue.WorkerStore;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the registry that a worker is there, several times within {@link WorkerStore#ABSENT_AFTER}. */
final class WorkerPresence implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerPresence.class);
    private static final Duration PERIOD = WorkerStore.ABSENT_AFTER.dividedBy(4);

    private final UUID id = Identifiers.next();
    private final WorkerStore workers;
    private final String identity;
    private final String computeClass;
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("worker-presence").factory());

    WorkerPresence(WorkerStore workers, String identity, String computeClass) {
        this.workers = requireNonNull(workers, "workers is null");
        this.identity = requireNonNull(identity, "identity is null");
        this.computeClass = requireNonNull(computeClass, "computeClass is null");
    }

    void start() {
        ScheduledFuture<?> _ = ticker.scheduleWithFixedDelay(this::say, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void say() {
        try {
            workers.seen(id, identity, computeClass, memoryBytes());
        } catch (RuntimeException e) {
            LOG.debug("The registry could not be told of this worker; trying again", e);
        }
    }

    /** The machine's memory, or what a container may take of it. */
    private static long memoryBytes() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    @Override
    public void close() {
        ticker.shutdownNow();
        try {
            if (ticker.awaitTermination(5, TimeUnit.SECONDS)) {
                workers.gone(id);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.debug("The registry could not be told that this worker goes", e);
        }
    }
}
