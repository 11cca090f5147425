package dev.firn.activities.study;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.activities.Stores;
import dev.firn.registry.PageRequest;
import dev.firn.registry.evaluation.Evaluation;
import dev.firn.registry.evaluation.EvaluationFilter;
import dev.firn.registry.evaluation.NewEvaluation;
import dev.firn.registry.run.StageExecution;
import dev.firn.registry.study.StudyRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Reads what came out of studies from the registry. */
public final class StudyResults {
    private static final String NDCG = "ndcg_cut_10";
    private static final List<String> KINDS = List.of("own", "cross");

    private final Stores stores;

    public StudyResults(Stores stores) {
        this.stores = requireNonNull(stores, "stores is null");
    }

    /** The runs of a study in their order, each with what has come out of it so far. */
    public List<StudyRunResult> of(UUID studyId) {
        List<StudyRun> runs = stores.studies().runs(studyId);
        Map<UUID, List<StageExecution>> stages = stores.stages()
                .ofRuns(runs.stream().flatMap(run -> run.runId().stream()).toList());
        return runs.stream()
                .map(run -> result(
                        run,
                        run.runId()
                                .map(id -> stages.getOrDefault(id, List.of()))
                                .orElse(List.of())))
                .toList();
    }

    private StudyRunResult result(StudyRun run, List<StageExecution> stages) {
        List<NewEvaluation> all = run.runId().map(this::evaluations).orElse(List.of());
        // The full width is the largest that was measured; BM25 has none
        int full = all.stream()
                .flatMapToInt(evaluation -> evaluation.dimension().stream())
                .max()
                .orElse(0);
        List<NewEvaluation> evaluations = all.stream()
                .filter(evaluation -> evaluation.dimension().orElse(full) == full)
                .toList();
        SortedMap<Integer, List<NewEvaluation>> truncated = all.stream()
                .filter(evaluation -> evaluation.dimension().orElse(full) != full)
                .collect(Collectors.groupingBy(
                        evaluation -> evaluation.dimension().getAsInt(), TreeMap::new, Collectors.toList()));
        return new StudyRunResult(
                run,
                run.failure().or(() -> run.runId().flatMap(this::failure)),
                stages,
                evaluations,
                figures(run, evaluations),
                truncated);
    }

    private Optional<String> failure(UUID run) {
        return stores.runs().get(run).failure().map(failure -> {
            String stage = failure.path("stage").asText("");
            JsonNode message = failure.path("message");
            return (stage.isEmpty() ? "" : stage + ": ")
                    + (message.isTextual() ? message.textValue() : failure.toString());
        });
    }

    private List<NewEvaluation> evaluations(UUID run) {
        return stores
                .evaluations()
                .list(
                        new EvaluationFilter(Optional.of(run), Optional.empty()),
                        PageRequest.first(PageRequest.MAXIMUM_LIMIT))
                .items()
                .stream()
                .map(Evaluation::result)
                .toList();
    }

    /** The means of some evaluations of a run. */
    static List<Figure> figures(StudyRun run, List<NewEvaluation> evaluations) {
        List<Figure> figures = new ArrayList<>();
        List<String> weights =
                evaluations.stream().map(NewEvaluation::weights).distinct().toList();
        for (String of : weights) {
            for (String kind : KINDS) {
                for (Figure.Group group : Figure.Group.values()) {
                    Predicate<NewEvaluation> wanted =
                            evaluation -> evaluation.weights().equals(of)
                                    && evaluation.kind().equals(kind)
                                    && group.has(run.planned().languages().contains(evaluation.queryLanguage()));
                    OptionalDouble mean = evaluations.stream()
                            .filter(wanted)
                            .mapToDouble(StudyResults::ndcg)
                            .average();
                    if (mean.isPresent()) {
                        figures.add(new Figure(of, kind, group, mean.getAsDouble(), (int)
                                evaluations.stream().filter(wanted).count()));
                    }
                }
            }
        }
        return figures;
    }

    /** nDCG@10 of a measurement. */
    public static double ndcg(NewEvaluation evaluation) {
        return evaluation.measures().getOrDefault(NDCG, 0.0);
    }
}
