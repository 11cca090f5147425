package dev.firn.training.optimizer;

import static java.util.Objects.requireNonNull;

/**
 * Settings of AdamW (Loshchilov and Hutter 2019). Decay is not applied to biases and norms.
 *
 * @param beta1 decay of the first moment, from 0 to below 1
 * @param beta2 decay of the second moment, from 0 to below 1
 * @param epsilon added to the root of the second moment, above 0
 * @param weightDecay decoupled weight decay per unit of learning rate, 0 or more
 * @param embeddings what happens to rows of the word table without a gradient
 */
public record AdamWSettings(
        double beta1, double beta2, double epsilon, double weightDecay, EmbeddingUpdates embeddings) {
    public AdamWSettings {
        requireNonNull(embeddings, "embeddings is null");
        if (!(beta1 >= 0 && beta1 < 1)) {
            throw new IllegalArgumentException("beta1 must be from 0 to below 1, is " + beta1);
        }
        if (!(beta2 >= 0 && beta2 < 1)) {
            throw new IllegalArgumentException("beta2 must be from 0 to below 1, is " + beta2);
        }
        if (!(epsilon > 0) || Double.isInfinite(epsilon)) {
            throw new IllegalArgumentException("epsilon must be above 0, is " + epsilon);
        }
        if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
            throw new IllegalArgumentException("weightDecay must not be negative, is " + weightDecay);
        }
    }

    /** Settings with dense updates of embeddings. */
    public AdamWSettings(double beta1, double beta2, double epsilon, double weightDecay) {
        this(beta1, beta2, epsilon, weightDecay, EmbeddingUpdates.DENSE);
    }

    /** Betas 0.9 and 0.999, epsilon 1e-8, weight decay 0.01. */
    public static AdamWSettings defaults() {
        return new AdamWSettings(0.9, 0.999, 1e-8, 0.01);
    }
}
