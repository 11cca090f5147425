package dev.firn.api.event;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.run.RunStore;
import dev.firn.registry.run.StageExecution;
import dev.firn.registry.run.StageState;
import dev.firn.registry.run.StageStore;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Looks at the runs that somebody listens to, once a tick for all listeners, and wakes those for whom there is news.
 *
 * <p>Runs without listeners are not looked at. When the database does not answer, the tick is skipped.
 */
@Singleton
public class RunWatcher {
    private static final Logger LOG = Logger.getLogger(RunWatcher.class);
    private static final Duration TICK = Duration.ofMillis(500);

    private final RunStore runs;
    private final StageStore stages;
    private final EventStore events;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Map<UUID, Watched> watched = new HashMap<>();
    private final Condition interest = lock.newCondition();
    private Thread ticker;

    public RunWatcher(RunStore runs, StageStore stages, EventStore events) {
        this.runs = requireNonNull(runs, "runs is null");
        this.stages = requireNonNull(stages, "stages is null");
        this.events = requireNonNull(events, "events is null");
    }

    /**
     * What a run looked like.
     *
     * @param ended whether it had ended; every event of it is then at or before {@code lastEvent}
     * @param lastEvent its newest event's id, 0 when it has none
     * @param working the stages that run, with what their workers last said
     */
    record Sight(boolean ended, long lastEvent, List<Working> working) {
        Sight {
            working = List.copyOf(working);
        }
    }

    /** A stage that runs. */
    record Working(String stage, JsonNode progress) {}

    /** Somebody's interest in a run, until closed. */
    final class Watch implements AutoCloseable {
        private final UUID run;

        private Watch(UUID run) {
            this.run = run;
        }

        /**
         * The run as it looks now, as soon as that is something other than {@code seen}, or after {@code atMost}.
         *
         * @param seen what the caller saw last; null at the beginning
         */
        Sight await(Sight seen, Duration atMost) throws InterruptedException {
            long left = atMost.toNanos();
            lock.lockInterruptibly();
            try {
                Watched entry = watched.get(run);
                while (entry.sight == null || entry.sight.equals(seen)) {
                    left = news.awaitNanos(left);
                    if (left <= 0) {
                        break;
                    }
                }
                return entry.sight == null ? new Sight(false, 0, List.of()) : entry.sight;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                Watched entry = watched.get(run);
                entry.listeners--;
                if (entry.listeners == 0) {
                    watched.remove(run);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private static final class Watched {
        private int listeners;
        private Sight sight;
    }

    /** Begins to look at a run. */
    Watch watch(UUID run) {
        lock.lock();
        try {
            watched.computeIfAbsent(run, id -> new Watched()).listeners++;
            if (ticker == null) {
                ticker = Thread.ofPlatform().daemon().name("run-watcher").start(this::tickWhileWatched);
            }
            interest.signal();
            return new Watch(run);
        } finally {
            lock.unlock();
        }
    }

    /** How many runs have listeners. */
    public int watchedRuns() {
        lock.lock();
        try {
            return watched.size();
        } finally {
            lock.unlock();
        }
    }

    private void tickWhileWatched() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                List<UUID> ids = watchedIds();
                try {
                    ids.forEach(this::update);
                } catch (RuntimeException e) {
                    LOG.warn("Could not look for news of runs; trying again", e);
                }
                Thread.sleep(TICK);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until there is somebody who listens. */
    private List<UUID> watchedIds() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (watched.isEmpty()) {
                interest.await();
            }
            return List.copyOf(watched.keySet());
        } finally {
            lock.unlock();
        }
    }

    private void update(UUID id) {
        Sight sight = look(id);
        lock.lock();
        try {
            Watched entry = watched.get(id);
            if (entry != null && !sight.equals(entry.sight)) {
                entry.sight = sight;
                news.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private Sight look(UUID id) {
        // The state first: an end and its event are committed together, so the event is then found below.
        boolean ended = runs.get(id).state().ended();
        List<Working> working = stages.ofRun(id).stream()
                .filter(stage -> stage.state() == StageState.RUNNING)
                .filter(stage -> stage.progress().isPresent())
                .map(RunWatcher::working)
                .toList();
        return new Sight(ended, events.lastId(id).orElse(0), working);
    }

    private static Working working(StageExecution stage) {
        return new Working(stage.stage(), stage.progress().orElseThrow());
    }

    @PreDestroy
    void stop() {
        lock.lock();
        try {
            if (ticker != null) {
                ticker.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }
}
