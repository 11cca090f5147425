package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import dev.firn.api.page.RunList.Figure;
import dev.firn.registry.metric.MetricStore;
import jakarta.inject.Singleton;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** The number that tells most about a run: how well its finetuned weights find, otherwise the newest loss. */
@Singleton
class Figures {
    private static final String QUALITY = "ndcg10.own.finetuned";
    private static final String LOSS = "loss";

    private final MetricStore metrics;

    Figures(MetricStore metrics) {
        this.metrics = requireNonNull(metrics, "metrics is null");
    }

    /** Those of several runs; a run without numbers is missing. */
    Map<UUID, Figure> of(Collection<UUID> runs) {
        Map<UUID, Figure> figures = new HashMap<>();
        metrics.latest(runs, List.of(QUALITY, LOSS)).forEach((run, values) -> {
            Double quality = values.get(QUALITY);
            figures.put(
                    run,
                    quality == null
                            ? new Figure("Loss", String.format(Locale.ROOT, "%.3f", values.get(LOSS)))
                            : new Figure("nDCG@10", String.format(Locale.ROOT, "%.3f", quality)));
        });
        return figures;
    }
}
