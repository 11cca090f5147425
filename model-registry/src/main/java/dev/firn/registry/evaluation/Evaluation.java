package dev.firn.registry.evaluation;

import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A measurement that is kept.
 *
 * @param executionId the stage execution that measured
 * @param modelVersionId the model version that was measured, when it was measured on its own
 * @param dataset whose sets it was measured on, as name@version, when that was asked for of the model version
 * @param result what was measured
 */
public record Evaluation(
        UUID id,
        Optional<UUID> executionId,
        Optional<UUID> modelVersionId,
        Optional<String> dataset,
        NewEvaluation result,
        Instant createdAt) {}
