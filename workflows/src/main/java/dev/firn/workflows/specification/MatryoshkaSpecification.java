package dev.firn.workflows.specification;

import java.util.List;

/** Dimensions that the loss is also taken on, and the weight of those slices together. */
public record MatryoshkaSpecification(List<Integer> dimensions, double weight) {}
