package dev.firn.training.trainer;

import static java.util.Objects.requireNonNull;

import dev.firn.training.batch.TextBatching;
import dev.firn.training.encoder.ActivationMemory;
import java.util.List;

/**
 * Settings of masked language modelling (Devlin et al. 2019): of the tokens that are not special, a share is chosen; 80% of
 * the chosen become the mask token, 10% a random token that is not special, 10% stay.
 *
 * @param maskedShare share of tokens chosen, above 0 and at most 1; 0.15 in BERT
 * @param maskToken id of the mask token
 * @param specialTokens ids never chosen and never put in at random (the mask token is one of them anyway)
 * @param batching texts or tokens per batch
 * @param maximumTokens longer texts are cut, keeping their closing token; at least 3
 * @param chunkTokens tokens whose activations are held at once (a longer text is a chunk alone); memory follows this
 * @param activationCheckpointing whether a chunk's forward pass keeps the inputs of layers only, and its backward pass computes
 *     the rest again: the same bits in less memory and more time
 */
public record MaskedLanguageSettings(
        double maskedShare,
        int maskToken,
        List<Integer> specialTokens,
        TextBatching batching,
        int maximumTokens,
        int chunkTokens,
        boolean activationCheckpointing,
        TrainingLength length,
        OptimizationSettings optimization) {
    public MaskedLanguageSettings {
        requireNonNull(batching, "batching is null");
        requireNonNull(length, "length is null");
        requireNonNull(optimization, "optimization is null");
        specialTokens = List.copyOf(specialTokens);
        if (!(maskedShare > 0 && maskedShare <= 1)) {
            throw new IllegalArgumentException("maskedShare must be above 0 and at most 1, is " + maskedShare);
        }
        if (maskToken < 0) {
            throw new IllegalArgumentException("maskToken must not be negative, is " + maskToken);
        }
        if (maximumTokens < 3) {
            throw new IllegalArgumentException("maximumTokens must be at least 3, is " + maximumTokens);
        }
        if (chunkTokens <= 0) {
            throw new IllegalArgumentException("chunkTokens must be above 0, is " + chunkTokens);
        }
    }

    /** Settings without activation checkpointing. */
    public MaskedLanguageSettings(
            double maskedShare,
            int maskToken,
            List<Integer> specialTokens,
            TextBatching batching,
            int maximumTokens,
            int chunkTokens,
            TrainingLength length,
            OptimizationSettings optimization) {
        this(maskedShare, maskToken, specialTokens, batching, maximumTokens, chunkTokens, false, length, optimization);
    }

    /** What the encoder keeps of a forward pass. */
    ActivationMemory activationMemory() {
        return activationCheckpointing ? ActivationMemory.LAYER_INPUTS : ActivationMemory.ALL_LAYERS;
    }
}
