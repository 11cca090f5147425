package dev.firn.registry.evaluation;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.UUID;

/**
 * Which measurements are listed.
 *
 * @param runId those of this run, also where it reuses another's
 * @param model those of this model: of the runs that gave its versions, and of its versions on their own
 */
public record EvaluationFilter(Optional<UUID> runId, Optional<String> model) {

    /** Every measurement. */
    public static final EvaluationFilter ALL = new EvaluationFilter(Optional.empty(), Optional.empty());

    public EvaluationFilter {
        requireNonNull(runId, "runId is null");
        requireNonNull(model, "model is null");
    }
}
