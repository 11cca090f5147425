package dev.firn.workflows.specification;

/** AdamW. */
public record OptimizerSpecification(
        double beta1, double beta2, double epsilon, double weightDecay, double gradientClip) {}
