package dev.firn.workflows.specification;

/** When a train stage commits a checkpoint. */
public record CheckpointsSpecification(int everySteps) {}
