package dev.firn.api.evaluation;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.evaluation.EvaluationJob;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation of a model version as clients see it.
 *
 * @param model the version, as name@version
 * @param dataset on whose sets it is measured, as name@version
 * @param dimensions widths besides the model's own
 * @param state {@code QUEUED}, {@code RUNNING}, {@code SUCCEEDED} or {@code FAILED}
 * @param progress how far it is; null when nobody knows
 * @param failure why it failed; null when it did not
 */
public record JobView(
        UUID id,
        String model,
        String dataset,
        List<Integer> dimensions,
        String state,
        @Nullable JsonNode progress,
        @Nullable String failure,
        @Nullable String requestedBy,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt) {
    public JobView {
        requireNonNull(id, "id is null");
        requireNonNull(model, "model is null");
        requireNonNull(dataset, "dataset is null");
        dimensions = List.copyOf(dimensions);
    }

    /** The view of a row. */
    public static JobView of(EvaluationJob job) {
        return new JobView(
                job.id(),
                job.model() + "@" + job.version(),
                job.dataset() + "@" + job.datasetVersion(),
                job.dimensions(),
                job.state().name(),
                job.progress().orElse(null),
                job.failure().orElse(null),
                job.requestedBy().orElse(null),
                job.createdAt(),
                job.startedAt().orElse(null),
                job.finishedAt().orElse(null));
    }
}
