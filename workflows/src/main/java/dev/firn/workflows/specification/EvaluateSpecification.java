package dev.firn.workflows.specification;

import java.util.List;

/** Truncated widths that are evaluated beside the full one. */
public record EvaluateSpecification(List<Integer> dimensions) {}
