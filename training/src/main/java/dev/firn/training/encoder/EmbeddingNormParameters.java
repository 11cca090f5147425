package dev.firn.training.encoder;

import dev.firn.training.kernels.Tensor;

/** Type table, gamma and beta of the embeddings (or their gradients) as views of a flat run. */
final class EmbeddingNormParameters {
    final Tensor whole;
    final Tensor type;
    final Tensor gamma;
    final Tensor beta;

    EmbeddingNormParameters(EncoderConfiguration configuration, Tensor flat, long offset) {
        int hidden = configuration.hidden();
        long gammaAt = offset + ParameterLayout.aligned((long) configuration.tokenTypes() * hidden);
        long betaAt = gammaAt + ParameterLayout.aligned(hidden);
        this.type = flat.view(offset, configuration.tokenTypes(), hidden);
        this.gamma = flat.view(gammaAt, 1, hidden);
        this.beta = flat.view(betaAt, 1, hidden);
        this.whole = flat.view(offset, 1, Math.toIntExact(betaAt + hidden - offset));
    }

    static long length(EncoderConfiguration configuration) {
        return ParameterLayout.aligned((long) configuration.tokenTypes() * configuration.hidden())
                + 2 * ParameterLayout.aligned(configuration.hidden());
    }
}
