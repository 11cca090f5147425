package dev.firn.workflows.specification;

/** When a train stage commits a checkpoint, and how many stay. */
public record CheckpointsSpecification(int everySteps, int keepLast) {}
