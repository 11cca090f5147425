package dev.firn.registry.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.registry.NotFoundException;
import dev.firn.registry.PageRequest;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.dataset.Dataset;
import dev.firn.registry.dataset.DatasetStore;
import dev.firn.registry.model.ModelStore;
import dev.firn.registry.model.ModelVersion;
import dev.firn.registry.model.NewModelVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestRegistry.Extension.class)
class EvaluationJobStoreTest {
    @Test
    void aRequestThatHasNotEndedIsNotMadeTwice(TestRegistry registry) {
        EvaluationJobStore jobs = new EvaluationJobStore(registry.database());
        ModelVersion version = version(registry);
        Dataset dataset = dataset(registry);

        EvaluationJobStore.Requested first =
                jobs.request(version.id(), dataset.id(), List.of(64, 32), Optional.of("ada"));
        EvaluationJobStore.Requested again =
                jobs.request(version.id(), dataset.id(), List.of(32, 64, 64), Optional.of("bob"));
        EvaluationJobStore.Requested other = jobs.request(version.id(), dataset.id(), List.of(), Optional.empty());

        assertThat(first.created()).isTrue();
        assertThat(first.job())
                .extracting(
                        EvaluationJob::model,
                        EvaluationJob::version,
                        EvaluationJob::dataset,
                        EvaluationJob::state,
                        EvaluationJob::dimensions)
                .containsExactly(version.model(), 1, dataset.name(), EvaluationJob.State.QUEUED, List.of(32, 64));
        assertThat(first.job().modelArtifact()).isEqualTo(version.artifact());
        assertThat(first.job().datasetArtifact()).isEqualTo(dataset.artifact());
        assertThat(again).isEqualTo(new EvaluationJobStore.Requested(first.job(), false));
        assertThat(other.created()).isTrue();
        assertThat(jobs.ofModel(version.model(), PageRequest.first(10)).items())
                .containsExactly(other.job(), first.job());
        assertThat(jobs.unfinished(PageRequest.first(1000)).items()).contains(first.job(), other.job());
        assertThatThrownBy(() -> jobs.request(UUID.randomUUID(), dataset.id(), List.of(), Optional.empty()))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void onlyTheLastAttemptKeepsWhatItMeasured(TestRegistry registry) {
        EvaluationJobStore jobs = new EvaluationJobStore(registry.database());
        EvaluationStore evaluations = new EvaluationStore(registry.database());
        ModelVersion version = version(registry);
        Dataset dataset = dataset(registry);
        UUID id = jobs.request(version.id(), dataset.id(), List.of(), Optional.empty())
                .job()
                .id();

        EvaluationJob.Token lost = jobs.begin(id).orElseThrow();
        EvaluationJob.Token token = jobs.begin(id).orElseThrow();
        assertThatThrownBy(() -> jobs.progress(lost, TestRegistry.document("message", "late")))
                .isInstanceOf(StaleJobException.class);
        assertThatThrownBy(() -> jobs.finish(lost, List.of(measured(0.1)))).isInstanceOf(StaleJobException.class);
        jobs.progress(token, TestRegistry.document("message", "measuring"));
        assertThat(jobs.get(id).progress()).contains(TestRegistry.document("message", "measuring"));
        jobs.finish(token, List.of(measured(0.2)));

        assertThat(jobs.get(id).state()).isEqualTo(EvaluationJob.State.SUCCEEDED);
        assertThat(jobs.begin(id)).isEmpty();
        jobs.fail(id, "too late");
        assertThat(jobs.get(id).failure()).isEmpty();
        assertThat(evaluations.ofVersion(version.id(), 10)).singleElement().satisfies(evaluation -> {
            assertThat(evaluation.result()).isEqualTo(measured(0.2));
            assertThat(evaluation.dataset()).contains(dataset.name() + "@1");
        });

        // A later job on the same dataset takes its place, one on another stands beside it
        finish(jobs, version, dataset, 0.3);
        finish(jobs, version, dataset(registry), 0.4);
        assertThat(evaluations.ofVersion(version.id(), 10))
                .extracting(evaluation -> evaluation.result().measures().get("ndcg_cut_10"))
                .containsExactly(0.3, 0.4);
    }

    @Test
    void aJobThatFailsSaysWhy(TestRegistry registry) {
        EvaluationJobStore jobs = new EvaluationJobStore(registry.database());
        UUID id = jobs.request(version(registry).id(), dataset(registry).id(), List.of(), Optional.empty())
                .job()
                .id();
        EvaluationJob.Token token = jobs.begin(id).orElseThrow();

        jobs.fail(id, "no set");

        assertThat(jobs.get(id).state()).isEqualTo(EvaluationJob.State.FAILED);
        assertThat(jobs.get(id).failure()).contains("no set");
        assertThatThrownBy(() -> jobs.finish(token, List.of())).isInstanceOf(StaleJobException.class);
        assertThat(jobs.unfinished(PageRequest.first(1000)).items())
                .extracting(EvaluationJob::id)
                .doesNotContain(id);
        assertThatThrownBy(() -> jobs.get(UUID.randomUUID())).isInstanceOf(NotFoundException.class);
    }

    private static void finish(EvaluationJobStore jobs, ModelVersion version, Dataset dataset, double value) {
        UUID id = jobs.request(version.id(), dataset.id(), List.of(), Optional.empty())
                .job()
                .id();
        jobs.finish(jobs.begin(id).orElseThrow(), List.of(measured(value)));
    }

    private static NewEvaluation measured(double value) {
        return new NewEvaluation(
                "registered", "keycloak/de", "own", "de", "de", OptionalInt.of(192), 40, Map.of("ndcg_cut_10", value));
    }

    private static ModelVersion version(TestRegistry registry) {
        String name = TestRegistry.name("model");
        return new ModelStore(registry.database())
                .register(new NewModelVersion(
                        name, registry.artifact("model " + name), 192, TestRegistry.document("a", "b")));
    }

    private static Dataset dataset(TestRegistry registry) {
        String name = TestRegistry.name("dataset");
        return new DatasetStore(registry.database())
                .register(name, registry.artifact("dataset " + name), TestRegistry.document("a", "b"));
    }
}
