package dev.firn.api;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.registry.StageToken;
import dev.firn.registry.evaluation.EvaluationStore;
import dev.firn.registry.evaluation.NewEvaluation;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.StageOutput;
import dev.firn.registry.run.StageStore;
import dev.firn.registry.study.NewStudy;
import dev.firn.registry.study.StudyStore;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;

/** Studies whose rows are as workers would have left them. */
@Singleton
public class StudyRows {
    /** Of each evaluation set. */
    private static final int QUERIES = 40;

    private final RegistryRows rows;
    private final StudyStore studies;
    private final StageStore stages;
    private final EvaluationStore evaluations;

    StudyRows(RegistryRows rows, StudyStore studies, StageStore stages, EvaluationStore evaluations) {
        this.rows = requireNonNull(rows, "rows is null");
        this.studies = requireNonNull(studies, "studies is null");
        this.stages = requireNonNull(stages, "stages is null");
        this.evaluations = requireNonNull(evaluations, "evaluations is null");
    }

    /** A study of three runs of which none was submitted yet. */
    public UUID untouched(String name, String description) {
        return studies.create(new NewStudy(
                        name,
                        "transfer",
                        document("description", description),
                        2,
                        List.of(planned(5), planned(12), planned(20)),
                        Optional.empty(),
                        Optional.empty()))
                .study()
                .id();
    }

    /** Two runs that were evaluated, the second a tenth better, and one that could not be submitted. */
    public UUID transfer(String name, String description) {
        UUID study = untouched(name, description);
        Run first = evaluated(0);
        studies.submitted(study, 0, first.id());
        Run second = evaluated(0.1);
        studies.submitted(study, 1, second.id());
        studies.refused(study, 2, "its file is gone");
        stages.reuse(
                second.id(), "prepare", "key", stages.get(first.id(), "prepare").id(), "same key");
        return study;
    }

    private static NewStudy.PlannedRun planned(int step) {
        ObjectNode specification = JsonNodeFactory.instance.objectNode();
        specification.putObject("pretrain").put("steps", step);
        return new NewStudy.PlannedRun(
                "after " + step + " steps",
                JsonNodeFactory.instance.objectNode().put("step", step),
                specification,
                Map.of(),
                Set.of("en"),
                Optional.empty());
    }

    private static JsonNode document(String name, String value) {
        return JsonNodeFactory.instance.objectNode().put(name, value);
    }

    private Run evaluated(double better) {
        Run run = rows.running("study-" + UUID.randomUUID());
        if (better == 0) {
            stages.finish(stages.begin(run.id(), "prepare", "key " + run.id(), "test", Optional.empty()), List.of());
        }
        StageToken token = stages.begin(run.id(), "evaluate", "key", "test", Optional.empty());
        Map<String, byte[]> files = new HashMap<>();
        List<NewEvaluation> results = new ArrayList<>();
        for (String weights : List.of("initialised", "pretrained", "finetuned")) {
            for (String language : List.of("en", "fr")) {
                for (int dimension : List.of(32, 16)) {
                    double mean = (language.equals("en") ? 0.75 : 0.25) + better - (dimension == 16 ? 0.15 : 0);
                    results.add(new NewEvaluation(
                            weights,
                            "set/" + language,
                            "own",
                            language,
                            language,
                            OptionalInt.of(dimension),
                            QUERIES,
                            Map.of("ndcg_cut_10", mean)));
                    StringBuilder queries = new StringBuilder();
                    for (int i = 0; i < QUERIES; i++) {
                        queries.append(String.format(
                                Locale.ROOT,
                                "{\"query\":\"q%d\",\"ndcg_cut_10\":%.3f}%n",
                                i,
                                mean + (i % 2 == 0 ? 0.1 : -0.1)));
                    }
                    files.put(
                            "queries/" + weights + ".set." + language + "." + dimension + ".jsonl",
                            queries.toString().getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        evaluations.replace(token, results);
        stages.finish(token, List.of(new StageOutput("evaluation", rows.folder("evaluation", files))));
        return rows.end(run, RunState.SUCCEEDED, Optional.empty());
    }
}
