package dev.firn.training.trainer;

import static java.util.Objects.requireNonNull;

import dev.firn.training.encoder.ActivationMemory;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.loss.MatryoshkaSlice;
import dev.firn.training.loss.NegativesMode;
import dev.firn.training.tokenizer.Letters;
import java.util.List;

/**
 * Settings of contrastive training.
 *
 * @param temperature scores are divided by it, above 0; 0.02 in Arctic-Embed 2.0
 * @param negatives which documents a query is contrasted with
 * @param slices the terms of the loss; the full width is one of them, or is not trained
 * @param pooling how a text's vector is made of its tokens'
 * @param queryTokens longer queries are cut, at least 2
 * @param documentTokens longer documents are cut, at least 2
 * @param batchSize pairs per batch; a source with fewer pairs gives one batch of all its pairs per epoch
 * @param samplingExponent how a source's size decides how often it is drawn: 1 in proportion, 0 not at all
 * @param substitutedShare share of the pairs whose tokens are put in cipher ({@link dev.firn.training.batch.Substitution}); 0 for
 *     none
 * @param letters what they are put in, as the tokeniser spells it
 * @param chunkTokens tokens whose activations are held at once; when a batch has more, it is embedded in chunks, and each chunk
 *     is run again for its gradient (GradCache, Gao et al. 2021): memory follows this number, not the batch
 * @param activationCheckpointing whether a chunk's forward pass keeps the inputs of layers only, and its backward pass computes
 *     the rest again: the same bits in less memory and more time
 */
public record ContrastiveSettings(
        double temperature,
        NegativesMode negatives,
        List<MatryoshkaSlice> slices,
        Pooling pooling,
        int queryTokens,
        int documentTokens,
        int batchSize,
        double samplingExponent,
        double substitutedShare,
        Letters letters,
        int chunkTokens,
        boolean activationCheckpointing,
        TrainingLength length,
        OptimizationSettings optimization) {
    public ContrastiveSettings {
        requireNonNull(negatives, "negatives is null");
        requireNonNull(pooling, "pooling is null");
        requireNonNull(length, "length is null");
        requireNonNull(optimization, "optimization is null");
        slices = List.copyOf(slices);
        requireNonNull(letters, "letters is null");
        if (!(temperature > 0) || Double.isInfinite(temperature)) {
            throw new IllegalArgumentException("temperature must be greater than 0, is " + temperature);
        }
        if (slices.isEmpty()) {
            throw new IllegalArgumentException("slices must not be empty");
        }
        if (queryTokens < 2) {
            throw new IllegalArgumentException("queryTokens must be at least 2, is " + queryTokens);
        }
        if (documentTokens < 2) {
            throw new IllegalArgumentException("documentTokens must be at least 2, is " + documentTokens);
        }
        if (batchSize <= 0 || (batchSize == 1 && negatives == NegativesMode.IN_BATCH)) {
            throw new IllegalArgumentException(
                    "batchSize must be above 0, above 1 with in-batch negatives, is " + batchSize);
        }
        if (chunkTokens <= 0) {
            throw new IllegalArgumentException("chunkTokens must be above 0, is " + chunkTokens);
        }
    }

    /** Settings without activation checkpointing. */
    public ContrastiveSettings(
            double temperature,
            NegativesMode negatives,
            List<MatryoshkaSlice> slices,
            Pooling pooling,
            int queryTokens,
            int documentTokens,
            int batchSize,
            double samplingExponent,
            double substitutedShare,
            Letters letters,
            int chunkTokens,
            TrainingLength length,
            OptimizationSettings optimization) {
        this(
                temperature,
                negatives,
                slices,
                pooling,
                queryTokens,
                documentTokens,
                batchSize,
                samplingExponent,
                substitutedShare,
                letters,
                chunkTokens,
                false,
                length,
                optimization);
    }

    /** What the encoder keeps of a forward pass. */
    ActivationMemory activationMemory() {
        return activationCheckpointing ? ActivationMemory.LAYER_INPUTS : ActivationMemory.ALL_LAYERS;
    }
}
