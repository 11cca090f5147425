package dev.firn.activities.study;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.evaluation.NewEvaluation;
import dev.firn.registry.run.StageExecution;
import dev.firn.registry.study.StudyRun;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A run of a study with what came out of it.
 *
 * @param failure why it failed, or could not be submitted
 * @param stages in their order; none before it was submitted
 * @param evaluations at the full width, and of BM25, which has none
 * @param figures the means of those
 * @param truncated evaluations at each narrower width that was measured
 */
public record StudyRunResult(
        StudyRun run,
        Optional<String> failure,
        List<StageExecution> stages,
        List<NewEvaluation> evaluations,
        List<Figure> figures,
        SortedMap<Integer, List<NewEvaluation>> truncated) {
    public StudyRunResult {
        requireNonNull(run, "run is null");
        requireNonNull(failure, "failure is null");
        stages = List.copyOf(stages);
        evaluations = List.copyOf(evaluations);
        figures = List.copyOf(figures);
        truncated = Collections.unmodifiableSortedMap(new TreeMap<>(truncated));
    }

    /** The same run with what was measured of vectors cut to a width in the place of whole ones. */
    public StudyRunResult at(int dimension) {
        List<NewEvaluation> narrower = truncated.getOrDefault(dimension, List.of());
        return new StudyRunResult(run, failure, stages, narrower, StudyResults.figures(run, narrower), new TreeMap<>());
    }

    /** The mean of these, where it was measured. */
    public Optional<Figure> figure(String weights, String kind, Figure.Group group) {
        return figures.stream()
                .filter(figure ->
                        figure.weights().equals(weights) && figure.kind().equals(kind) && figure.group() == group)
                .findFirst();
    }
}
