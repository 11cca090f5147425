package dev.firn.workflows.specification;

/**
 * Masked language modelling.
 *
 * @param steps 0: the weights are taken as they are
 */
public record InitialiseSpecification(
        StartSpecification from,
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
