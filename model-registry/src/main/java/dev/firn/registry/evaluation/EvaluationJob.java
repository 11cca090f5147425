package dev.firn.registry.evaluation;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.registry.artifact.ArtifactReference;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A model version that is measured on the evaluation sets of a dataset.
 *
 * @param model its name
 * @param version its number
 * @param modelArtifact its files
 * @param dataset the dataset's name
 * @param datasetVersion the dataset's version
 * @param datasetArtifact the dataset's files
 * @param dimensions widths besides the model's own
 * @param progress how far it is, for people
 * @param failure why it failed
 */
public record EvaluationJob(
        UUID id,
        UUID modelVersionId,
        String model,
        int version,
        ArtifactReference modelArtifact,
        UUID datasetId,
        String dataset,
        int datasetVersion,
        ArtifactReference datasetArtifact,
        List<Integer> dimensions,
        State state,
        Optional<JsonNode> progress,
        Optional<String> failure,
        Optional<String> requestedBy,
        Instant createdAt,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt) {

    /** How far a job is. */
    public enum State {
        QUEUED,
        RUNNING,
        SUCCEEDED,
        FAILED;

        /** Whether nothing will happen any more. */
        public boolean ended() {
            return this == SUCCEEDED || this == FAILED;
        }
    }

    public EvaluationJob {
        requireNonNull(id, "id is null");
        requireNonNull(model, "model is null");
        requireNonNull(dataset, "dataset is null");
        requireNonNull(state, "state is null");
        dimensions = List.copyOf(dimensions);
    }

    /**
     * The right to write a job's results, until somebody else begins it or it ends.
     *
     * @param fence the value that the job's fence must still have
     */
    public record Token(UUID jobId, long fence) {
        public Token {
            requireNonNull(jobId, "jobId is null");
        }
    }
}
