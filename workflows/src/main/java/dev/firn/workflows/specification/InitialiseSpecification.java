package dev.firn.workflows.specification;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Masked language modelling.
 *
 * @param languages of the texts; null: all that there are
 * @param steps 0: the weights are taken as they are
 */
public record InitialiseSpecification(
        StartSpecification from,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<String> languages,
        long steps,
        int batchSize,
        int maximumTokens,
        double maskProbability,
        double learningRate,
        ScheduleSpecification schedule,
        OptimizerSpecification optimizer,
        int chunkTokens,
        boolean activationCheckpointing,
        CheckpointsSpecification checkpoints) {}
