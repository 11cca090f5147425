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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the registry that a worker is there, several times within {@link WorkerStore#ABSENT_AFTER}; and, as it starts, that
 * workers of this host whose processes have died are not.
 */
final class WorkerPresence implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerPresence.class);
    private static final Duration PERIOD = WorkerStore.ABSENT_AFTER.dividedBy(4);

    private static final Pattern PROCESS_AND_HOST = Pattern.compile("([0-9]{1,18})@(.+)");

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
        say();
        forgetDead();
        ScheduledFuture<?> _ =
                ticker.scheduleWithFixedDelay(this::say, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Counted for some seconds more, the slot of a worker that was killed would let in a run that nobody computes. */
    private void forgetDead() {
        try {
            workers.present().stream()
                    .filter(worker -> !worker.id().equals(id) && hasDied(worker.identity()))
                    .forEach(worker -> workers.gone(worker.id()));
        } catch (RuntimeException e) {
            LOG.debug("The workers that died here are still counted for a while", e);
        }
    }

    /**
     * Whether this host has no such process any more; this process itself is another worker's successor, as in a container, where
     * all have one number. A living worker of another host of this name says within seconds that it is there.
     */
    private boolean hasDied(String other) {
        Matcher its = PROCESS_AND_HOST.matcher(other);
        Matcher own = PROCESS_AND_HOST.matcher(identity);
        return its.matches()
                && own.matches()
                && its.group(2).equals(own.group(2))
                && (its.group(1).equals(own.group(1))
                        || ProcessHandle.of(Long.parseLong(its.group(1))).isEmpty());
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
