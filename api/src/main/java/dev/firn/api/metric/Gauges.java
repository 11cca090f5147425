package dev.firn.api.metric;

import dev.firn.api.embedding.LoadedModels;
import dev.firn.api.event.RunWatcher;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Numbers that are looked up when somebody asks for the metrics. */
@Singleton
public class Gauges {
    void register(@Observes StartupEvent event, MeterRegistry meters, RunWatcher watcher, LoadedModels models) {
        Gauge.builder("firn.events.watched.runs", watcher, RunWatcher::watchedRuns)
                .description("Runs whose events somebody follows")
                .register(meters);
        Gauge.builder("firn.embeddings.models", models, LoadedModels::size)
                .description("Models in memory for embeddings")
                .register(meters);
    }
}
