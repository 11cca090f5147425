package dev.firn.activities.study;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.firn.registry.Digest;
import dev.firn.registry.artifact.ArtifactStore;
import dev.firn.registry.evaluation.NewEvaluation;
import dev.firn.registry.run.StageExecution;
import dev.firn.training.evaluation.ResultFiles;
import dev.firn.training.measure.Comparison;
import dev.firn.training.measure.Interval;
import dev.firn.training.measure.Significance;
import dev.firn.workflows.stage.Stage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How sure the means of studies are: from the values of every query, which the evaluations' artifacts hold. A mean over sets is
 * that over all queries when each counts by one over the number of its set's; so weighed, queries are drawn again as any others.
 *
 * <p>Safe for use by several threads. What was read is kept, as long as there is room: artifacts never change.
 */
public final class StudyIntervals {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String NDCG = "ndcg_cut_10";
    private static final long SEED = 42;
    private static final int SAMPLES = 1000;
    private static final int MOST_KEPT = 5_000;

    private final ArtifactStore artifacts;
    private final Significance significance = new Significance(SEED, SAMPLES);
    private final Map<File, Map<String, Double>> kept = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<File, Map<String, Double>> eldest) {
            return size() > MOST_KEPT;
        }
    };

    /** The values of a set's queries. */
    private record File(Digest artifact, String name) {}

    public StudyIntervals(ArtifactStore artifacts) {
        this.artifacts = requireNonNull(artifacts, "artifacts is null");
    }

    /** The 95% interval of a mean over sets; nothing where it was not measured. */
    public Optional<Interval> of(StudyRunResult run, String weights, String kind, Figure.Group group) {
        List<Map<String, Double>> sets = sets(run, weights, kind, group);
        return sets.isEmpty() ? Optional.empty() : Optional.of(significance.interval(weighed(sets, sets)));
    }

    /**
     * Compares the means of two runs over the queries that both have; nothing where there are none, or not the same sets.
     */
    public Optional<Comparison> compare(
            StudyRunResult first, StudyRunResult second, String weights, String kind, Figure.Group group) {
        List<Map<String, Double>> before = sets(first, weights, kind, group);
        List<Map<String, Double>> after = sets(second, weights, kind, group);
        if (before.isEmpty() || before.size() != after.size()) {
            return Optional.empty();
        }
        for (int i = 0; i < before.size(); i++) {
            if (!before.get(i).keySet().equals(after.get(i).keySet())) {
                return Optional.empty();
            }
        }
        return Optional.of(significance.compare(weighed(before, before), weighed(after, before)));
    }

    /**
     * The values of all queries, so weighed that their mean is the mean over sets.
     *
     * @param order whose queries give the order
     */
    private static double[] weighed(List<Map<String, Double>> sets, List<Map<String, Double>> order) {
        int queries = sets.stream().mapToInt(Map::size).sum();
        double[] values = new double[queries];
        int next = 0;
        for (int i = 0; i < sets.size(); i++) {
            double weight =
                    (double) queries / (sets.size() * (double) sets.get(i).size());
            for (String query : order.get(i).keySet()) {
                values[next++] = weight * sets.get(i).get(query);
            }
        }
        return values;
    }

    /** The values by query of each set, sets by name. */
    private List<Map<String, Double>> sets(StudyRunResult run, String weights, String kind, Figure.Group group) {
        Optional<Digest> artifact = run.stages().stream()
                .filter(stage -> stage.stage().equals(Stage.EVALUATE.label()))
                .map(StageExecution::outputs)
                .flatMap(List::stream)
                .map(output -> output.artifact().digest())
                .findFirst();
        if (artifact.isEmpty()) {
            return List.of();
        }
        Map<String, Map<String, Double>> sets = new TreeMap<>();
        for (NewEvaluation evaluation : run.evaluations()) {
            boolean trained = run.run().planned().languages().contains(evaluation.queryLanguage());
            if (evaluation.weights().equals(weights) && evaluation.kind().equals(kind) && group.has(trained)) {
                Integer dimension = evaluation.dimension().isPresent()
                        ? Integer.valueOf(evaluation.dimension().getAsInt())
                        : null;
                Map<String, Double> values =
                        values(new File(artifact.get(), ResultFiles.ofQueries(weights, evaluation.set(), dimension)));
                if (!values.isEmpty()) {
                    sets.put(evaluation.set(), values);
                }
            }
        }
        return new ArrayList<>(sets.values());
    }

    private Map<String, Double> values(File file) {
        synchronized (kept) {
            Map<String, Double> known = kept.get(file);
            if (known != null) {
                return known;
            }
        }
        Map<String, Double> values = new TreeMap<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(artifacts.openFile(file.artifact(), file.name()), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode query = MAPPER.readTree(line);
                values.put(query.path("query").asText(), query.path(NDCG).asDouble());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The values of queries in " + file + " cannot be read", e);
        }
        synchronized (kept) {
            kept.put(file, values);
        }
        return values;
    }
}
