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

        assertThat(evaluations
                        .list(new EvaluationFilter(Optional.empty(), Optional.of(model)), PageRequest.first(10))
                        .items())
                .extracting(evaluation -> evaluation.result().weights())
                .containsExactly("finetuned", "model");
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
