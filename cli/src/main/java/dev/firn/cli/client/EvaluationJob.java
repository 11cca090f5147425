package dev.firn.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;

/**
 * A model version that the server measures.
 *
 * @param model name@version
 * @param dataset on whose evaluation sets, as name@version
 * @param dimensions widths besides the model's own
 * @param state {@code QUEUED}, {@code RUNNING}, {@code SUCCEEDED} or {@code FAILED}
 * @param progress how far it is; null when nobody knows
 * @param failure why it failed; null when it did not
 */
public record EvaluationJob(
        String id,
        String model,
        String dataset,
        List<Integer> dimensions,
        String state,
        JsonNode progress,
        String failure,
        Instant createdAt,
        Instant finishedAt) {

    public EvaluationJob {
        dimensions = dimensions == null ? List.of() : List.copyOf(dimensions);
    }

    /** Whether nothing will happen any more. */
    public boolean ended() {
        return state.equals("SUCCEEDED") || state.equals("FAILED");
    }
}
