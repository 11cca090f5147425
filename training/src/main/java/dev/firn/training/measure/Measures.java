package dev.firn.training.measure;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Measures runs as trec_eval 9 does; queries that are not judged are left out. */
public final class Measures {
    private final List<Measure> measures;
    private final RankingOrder order;
    private final Averaging averaging;

    /** Configures what is measured; trec_eval itself is {@link RankingOrder#SINGLE} and {@link Averaging#RETRIEVED}. */
    public Measures(List<Measure> measures, RankingOrder order, Averaging averaging) {
        this.measures = List.copyOf(measures);
        this.order = requireNonNull(order, "order is null");
        this.averaging = requireNonNull(averaging, "averaging is null");
        if (measures.isEmpty()) {
            throw new IllegalArgumentException("no measures are given");
        }
    }

    /** Measures a run. Without any query to take a mean over, the means are 0. */
    public Measured measure(Qrels qrels, TrecRun run) {
        Map<String, Map<String, Double>> perQuery = new LinkedHashMap<>();
        for (String query : qrels.queries()) {
            List<ScoredDocument> retrieved = run.of(query);
            boolean counts = switch (averaging) {
                case RETRIEVED -> !retrieved.isEmpty();
                case COMPLETE -> true;
            };
            if (counts) {
                List<ScoredDocument> ranking = order.sorted(retrieved);
                Map<String, Double> values = new LinkedHashMap<>();
                for (Measure measure : measures) {
                    values.put(measure.name(), measure.of(ranking, qrels.of(query)));
                }
                perQuery.put(query, Collections.unmodifiableMap(values));
            }
        }
        Map<String, Double> mean = new LinkedHashMap<>();
        for (Measure measure : measures) {
            double sum = 0;
            for (Map<String, Double> values : perQuery.values()) {
                sum += values.get(measure.name());
            }
            mean.put(measure.name(), perQuery.isEmpty() ? 0 : sum / perQuery.size());
        }
        return new Measured(perQuery.size(), Collections.unmodifiableMap(mean), Collections.unmodifiableMap(perQuery));
    }
}
