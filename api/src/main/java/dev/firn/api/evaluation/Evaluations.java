package dev.firn.api.evaluation;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.run.EvaluationStarter;
import dev.firn.api.dataset.Datasets;
import dev.firn.api.http.Names;
import dev.firn.api.http.RequestBodies;
import dev.firn.api.model.ModelReferences;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.dataset.Dataset;
import dev.firn.registry.dataset.DatasetStore;
import dev.firn.registry.evaluation.EvaluationJobStore;
import dev.firn.registry.evaluation.EvaluationJobStore.Requested;
import dev.firn.registry.model.ModelVersion;
import dev.firn.registry.run.StageOutput;
import dev.firn.registry.run.StageStore;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Has model versions measured, for the REST interface and the page. */
@Singleton
public class Evaluations {
    private static final int MOST_DIMENSIONS = 16;

    private final EvaluationJobStore jobs;
    private final ModelReferences models;
    private final Datasets datasets;
    private final DatasetStore store;
    private final StageStore stages;
    private final EvaluationStarter starter;

    public Evaluations(
            EvaluationJobStore jobs,
            ModelReferences models,
            Datasets datasets,
            DatasetStore store,
            StageStore stages,
            EvaluationStarter starter) {
        this.jobs = requireNonNull(jobs, "jobs is null");
        this.models = requireNonNull(models, "models is null");
        this.datasets = requireNonNull(datasets, "datasets is null");
        this.store = requireNonNull(store, "store is null");
        this.stages = requireNonNull(stages, "stages is null");
        this.starter = requireNonNull(starter, "starter is null");
    }

    /**
     * What to measure.
     *
     * @param model name@alias or name@version
     * @param dataset a dataset with evaluation sets, that a run prepared: name@version; or null
     * @param run where dataset is null, the run that prepared it
     * @param dimensions widths besides the model's own (Matryoshka), at most 16; none when null
     */
    public record EvaluationRequest(
            String model,
            @Nullable String dataset,
            @Nullable String run,
            @Nullable List<Integer> dimensions) {}

    /**
     * Has a model version measured. The same that has not ended is not begun again.
     *
     * @throws dev.firn.api.http.ProblemException 422 for a field that cannot be
     * @throws NotFoundException when there is no such model, dataset or run
     */
    public Requested request(EvaluationRequest request, Optional<String> requestedBy) {
        ModelVersion version = models.find("/model", request.model());
        Dataset dataset = dataset(request);
        if (datasets.sets(dataset).isEmpty()) {
            throw RequestBodies.refused(
                    request.dataset() == null ? "/run" : "/dataset",
                    dataset.name() + "@" + dataset.version()
                            + " has no evaluation set; those that runs prepare have them");
        }
        List<Integer> dimensions = request.dimensions() == null ? List.of() : request.dimensions();
        if (dimensions.size() > MOST_DIMENSIONS) {
            throw RequestBodies.refused("/dimensions", "must be at most " + MOST_DIMENSIONS);
        }
        for (int i = 0; i < dimensions.size(); i++) {
            Integer dimension = dimensions.get(i);
            if (dimension == null || dimension < 1 || dimension > version.dimension()) {
                throw RequestBodies.refused(
                        "/dimensions/" + i, "must be from 1 to " + version.dimension() + ", is " + dimension);
            }
        }
        Requested requested = jobs.request(
                version.id(),
                dataset.id(),
                dimensions.stream()
                        .filter(dimension -> dimension < version.dimension())
                        .toList(),
                requestedBy);
        starter.start(requested.job().id());
        return requested;
    }

    private Dataset dataset(EvaluationRequest request) {
        if (request.dataset() != null) {
            return datasets.find(request.dataset());
        }
        if (request.run() == null) {
            throw RequestBodies.refused("/dataset", "dataset or run must say on what to measure");
        }
        UUID run = Names.identifier("run", request.run());
        return stages.get(run, "prepare").outputs().stream()
                .filter(output -> output.name().equals("dataset"))
                .map(StageOutput::artifact)
                .flatMap(artifact -> store.withArtifact(artifact.digest()).stream())
                .findFirst()
                .orElseThrow(() -> new NotFoundException("The run " + run + " has prepared no dataset yet"));
    }
}
