package dev.firn.workflows.specification;

/**
 * AdamW.
 *
 * @param embeddings {@code dense} or {@code lazy}: whether words that a batch does not have go on moving by their moments and decay,
 *     or rest
 */
public record OptimizerSpecification(
        double beta1, double beta2, double epsilon, double weightDecay, double gradientClip, String embeddings) {}
