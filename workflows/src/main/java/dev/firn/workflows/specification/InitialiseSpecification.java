package dev.firn.workflows.specification;

/** Masked language modelling from random weights. */
public record InitialiseSpecification(
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
