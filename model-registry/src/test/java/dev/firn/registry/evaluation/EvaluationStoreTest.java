package dev.firn.registry.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.StageToken;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.ModelVersion;
import dev.firn.registry.model.NewModelVersion;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.StageStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestRegistry.Extension.class)
class EvaluationStoreTest {
    @Test
    void replacesWhatAnExecutionMeasuredAndShowsItToTheRunsThatReuseIt(TestRegistry registry) {
        EvaluationStore evaluations = new EvaluationStore(registry.database());
        StageToken token = registry.begun("evaluate");
        evaluations.replace(token, List.of(evaluation("untrained", 0.1)));
        List<NewEvaluation> measured = List.of(evaluation("untrained", 0.2), evaluation("finetuned", 0.8));
        evaluations.replace(token, measured);
        StageStore stages = new StageStore(registry.database());
        stages.finish(token, List.of());
        Run reusing = registry.run("evaluate");
        stages.reuse(reusing.id(), "evaluate", "key", token.executionId(), "test");

        EvaluationFilter ofRun = new EvaluationFilter(Optional.of(reusing.id()), Optional.empty());
        Page<Evaluation> first = evaluations.list(ofRun, PageRequest.first(1));
        Page<Evaluation> rest =
                evaluations.list(ofRun, PageRequest.after(1, first.nextCursor().orElseThrow()));

        assertThat(first.items()).extracting(Evaluation::result).containsExactly(measured.getFirst());
        assertThat(rest.items()).extracting(Evaluation::result).containsExactly(measured.getLast());
    }

    @Test
    void listsThoseOfAModelsRunsAndOfItsVersions(TestRegistry registry) {
        EvaluationStore evaluations = new EvaluationStore(registry.database());
        String model = TestRegistry.name("model");
        Run run = registry.run("evaluate", "register");
        StageToken evaluate = registry.begin(run.id(), "evaluate");
        evaluations.replace(evaluate, List.of(evaluation("finetuned", 0.8)));
        ModelVersion version = new ModelStore(registry.database())
                .register(
                        registry.begin(run.id(), "register"),
                        new NewModelVersion(
                                model, registry.artifact("evaluated"), 192, TestRegistry.document("a", "b")));
        evaluations.add(version.id(), List.of(evaluation("model", 0.7)));

        EvaluationFilter ofModel = new EvaluationFilter(Optional.empty(), Optional.of(model));
        assertThat(inPages(evaluations, ofModel)).containsExactly("finetuned", "model");
        assertThat(inPages(evaluations, new EvaluationFilter(Optional.of(run.id()), Optional.of(model))))
                .containsExactly("finetuned");

        // With very many versions they are looked for another way
        registry.database()
                .useTransaction(
                        handle -> handle.createUpdate("""
                                insert into model_version (id, model, version, artifact, dimension)
                                select gen_random_uuid(), :model, n, artifact, 192
                                from model_version, generate_series(2, 300) n where model = :model""").bind("model", model).execute());
        Run reusing = registry.run("evaluate");
        new StageStore(registry.database()).finish(evaluate, List.of());
        new StageStore(registry.database()).reuse(reusing.id(), "evaluate", "key", evaluate.executionId(), "test");

        assertThat(inPages(evaluations, ofModel)).containsExactly("finetuned", "model");
    }

    /** Whose weights the measurements are of, read one by one. */
    private static List<String> inPages(EvaluationStore evaluations, EvaluationFilter filter) {
        List<String> weights = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            Page<Evaluation> page = evaluations.list(filter, new PageRequest(1, cursor));
            page.items().forEach(evaluation -> weights.add(evaluation.result().weights()));
            cursor = page.nextCursor();
        } while (cursor.isPresent());
        return weights;
    }

    private static NewEvaluation evaluation(String weights, double ndcg) {
        return new NewEvaluation(
                weights,
                "keycloak/de→en",
                "cross",
                "de",
                "en",
                weights.equals("untrained") ? OptionalInt.empty() : OptionalInt.of(192),
                120,
                Map.of("ndcg_cut_10", ndcg, "map", ndcg / 2));
    }
}
