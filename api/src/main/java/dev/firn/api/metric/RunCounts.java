package dev.firn.api.metric;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** How many runs are in each state, counted once for all the gauges that are read together. */
final class RunCounts {
    private static final Logger LOG = Logger.getLogger(RunCounts.class);
    private static final Duration FRESH = Duration.ofSeconds(5);

    private final RunStore runs;
    private long countedAt;
    private Optional<Map<RunState, Long>> counts = Optional.empty();

    RunCounts(RunStore runs) {
        this.runs = requireNonNull(runs, "runs is null");
    }

    /** The runs in the state; not a number while the registry does not answer. */
    synchronized double in(RunState state) {
        long now = System.nanoTime();
        if (countedAt == 0 || now - countedAt > FRESH.toNanos()) {
            countedAt = now;
            counts = count();
        }
        return counts.map(found -> found.getOrDefault(state, 0L).doubleValue()).orElse(Double.NaN);
    }

    private Optional<Map<RunState, Long>> count() {
        try {
            return Optional.of(runs.countByState());
        } catch (RuntimeException e) {
            LOG.debug("Runs cannot be counted", e);
            return Optional.empty();
        }
    }
}
