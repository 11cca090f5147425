package dev.firn.api.metric;

import dev.firn.api.embedding.LoadedModels;
import dev.firn.api.event.RunWatcher;
import dev.firn.api.wiring.FirnConfiguration;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Locale;

/** Numbers that are looked up when somebody asks for the metrics. */
@Singleton
public class Gauges {
    void register(
            @Observes StartupEvent event,
            FirnConfiguration configuration,
            MeterRegistry meters,
            RunWatcher watcher,
            LoadedModels models,
            RunStore runs) {
        if (!configuration.role().servesHttp()) {
            return;
        }
        Gauge.builder("firn.events.watched.runs", watcher, RunWatcher::watchedRuns)
                .description("Runs whose events somebody follows")
                .register(meters);
        Gauge.builder("firn.embeddings.models", models, LoadedModels::size)
                .description("Models in memory for embeddings")
                .register(meters);
        RunCounts counts = new RunCounts(runs);
        for (RunState state : RunState.values()) {
            Gauge.builder("firn.runs", () -> counts.in(state))
                    .description("Runs by state, as the registry has them: every server tells the same number")
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .register(meters);
        }
    }
}
