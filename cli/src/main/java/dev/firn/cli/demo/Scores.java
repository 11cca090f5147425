package dev.firn.cli.demo;

import static java.util.Objects.requireNonNull;

import dev.firn.cli.client.Evaluation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;

/** A run's nDCG@10 by view, weights and language of the queries. */
final class Scores {
    /** The measure, by trec_eval's name. */
    private static final String MEASURE = "ndcg_cut_10";

    /** What is compared, in the order in which a run makes them. */
    enum Weights {
        UNTRAINED("untrained"),
        INITIALISED("initialised"),
        PRETRAINED("pretrained"),
        FINETUNED("finetuned"),
        BM25("bm25");

        private final String key;

        Weights(String key) {
            this.key = key;
        }

        /** The name in the REST interface. */
        String key() {
            return key;
        }
    }

    /** On which task. */
    enum View {
        /** Queries against passages of their own language. */
        OWN("own"),
        /** Queries against passages of another language. */
        CROSS("cross"),
        /** As {@link #OWN}, comparing the leading dimensions only. */
        TRUNCATED("truncated");

        private final String key;

        View(String key) {
            this.key = key;
        }

        String key() {
            return key;
        }
    }

    private record Cell(View view, Weights weights, String language) {
        Cell {
            requireNonNull(view, "view is null");
            requireNonNull(weights, "weights is null");
            requireNonNull(language, "language is null");
        }
    }

    private final Map<Cell, List<Evaluation>> cells = new LinkedHashMap<>();
    private final OptionalInt fullDimension;
    private final OptionalInt truncatedDimension;

    private Scores(OptionalInt fullDimension, OptionalInt truncatedDimension) {
        this.fullDimension = fullDimension;
        this.truncatedDimension = truncatedDimension;
    }

    /**
     * Sorts evaluations. The largest dimension is the full one and the smallest below it the truncated one; weights and
     * kinds that are not known are left out.
     */
    static Scores of(List<Evaluation> evaluations) {
        TreeSet<Integer> dimensions = new TreeSet<>();
        for (Evaluation evaluation : evaluations) {
            if (evaluation.dimension() != null) {
                dimensions.add(evaluation.dimension());
            }
        }
        Scores scores = new Scores(
                dimensions.isEmpty() ? OptionalInt.empty() : OptionalInt.of(dimensions.last()),
                dimensions.size() < 2 ? OptionalInt.empty() : OptionalInt.of(dimensions.first()));
        for (Evaluation evaluation : evaluations) {
            scores.add(evaluation);
        }
        return scores;
    }

    private void add(Evaluation evaluation) {
        if (!evaluation.measures().containsKey(MEASURE)) {
            return;
        }
        boolean full = evaluation.dimension() == null || evaluation.dimension() == fullDimension.orElseThrow();
        boolean truncated = evaluation.dimension() != null
                && truncatedDimension.isPresent()
                && evaluation.dimension() == truncatedDimension.getAsInt();
        for (View view : View.values()) {
            boolean fits = switch (view) {
                case OWN -> full && "own".equals(evaluation.kind());
                case CROSS -> full && "cross".equals(evaluation.kind());
                case TRUNCATED -> truncated && "own".equals(evaluation.kind());
            };
            for (Weights weights : Weights.values()) {
                if (fits && weights.key().equals(evaluation.weights())) {
                    cells.computeIfAbsent(
                                    new Cell(view, weights, evaluation.queryLanguage()), cell -> new ArrayList<>())
                            .add(evaluation);
                }
            }
        }
    }

    /** The width that was compared; empty when nothing but BM25 was evaluated. */
    OptionalInt fullDimension() {
        return fullDimension;
    }

    /** The smaller number of dimensions that was compared; empty when there was none. */
    OptionalInt truncatedDimension() {
        return truncatedDimension;
    }

    boolean isEmpty() {
        return cells.isEmpty();
    }

    /** The languages of a view's queries, by name. */
    List<String> languages(View view) {
        TreeMap<String, String> languages = new TreeMap<>();
        for (Cell cell : cells.keySet()) {
            if (cell.view() == view) {
                languages.put(cell.language(), cell.language());
            }
        }
        return List.copyOf(languages.keySet());
    }

    /** How many queries a language has in a view. */
    int queries(View view, String language) {
        for (Weights weights : Weights.values()) {
            List<Evaluation> evaluations = cells.get(new Cell(view, weights, language));
            if (evaluations != null) {
                return evaluations.stream().mapToInt(Evaluation::queries).sum();
            }
        }
        return 0;
    }

    /** The value of a language: the mean over its sets. */
    OptionalDouble value(View view, Weights weights, String language) {
        return cells.getOrDefault(new Cell(view, weights, language), List.of()).stream()
                .mapToDouble(evaluation -> evaluation.measures().get(MEASURE))
                .average();
    }

    /** The mean over the languages that have a value. */
    OptionalDouble mean(View view, Weights weights) {
        return languages(view).stream()
                .map(language -> value(view, weights, language))
                .filter(OptionalDouble::isPresent)
                .mapToDouble(OptionalDouble::getAsDouble)
                .average();
    }
}
