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
        double[] sums = new double[measures.size()];
        for (String query : qrels.queries()) {
            List<ScoredDocument> retrieved = run.of(query);
            boolean counts = switch (averaging) {
                case RETRIEVED -> !retrieved.isEmpty();
                case COMPLETE -> true;
            };
            if (counts) {
                JudgedRanking ranking = new JudgedRanking(order.sorted(retrieved), qrels.of(query));
                Map<String, Double> values = new LinkedHashMap<>();
                for (int i = 0; i < measures.size(); i++) {
                    Measure measure = measures.get(i);
                    double value = measure.of(ranking);
                    switch (measure.summary()) {
                        case MEAN, SUM -> {
                            sums[i] += value;
                            values.put(measure.name(), value);
                        }
                        case GEOMETRIC_MEAN ->
                            sums[i] += StrictMath.log(Math.max(value, Measure.LEAST_OF_GEOMETRIC_MEAN));
                    }
                }
                perQuery.put(query, Collections.unmodifiableMap(values));
            }
        }
        Map<String, Double> mean = new LinkedHashMap<>();
        for (int i = 0; i < measures.size(); i++) {
            mean.put(measures.get(i).name(), summary(measures.get(i), sums[i], perQuery.size()));
        }
        return new Measured(perQuery.size(), Collections.unmodifiableMap(mean), Collections.unmodifiableMap(perQuery));
    }

    private static double summary(Measure measure, double sum, int queries) {
        if (queries == 0) {
            return 0;
        }
        return switch (measure.summary()) {
            case MEAN -> sum / queries;
            case SUM -> sum;
            case GEOMETRIC_MEAN -> StrictMath.exp(sum / queries);
        };
    }
}
