package dev.firn.activities.submission;

import dev.firn.workflows.specification.EncoderSpecification;
import dev.firn.workflows.specification.RunSpecification;
import dev.firn.workflows.specification.TokenizerSpecification;

/**
 * A rough estimate of the memory that a run's largest train stage needs: weights with gradients, moments and a copy for
 * the checkpoint being written, and the activations of one chunk of tokens.
 */
final class MemoryEstimate {
    private static final long FLOAT_BYTES = 4;
    private static final int ASSUMED_VOCABULARY = 250_000;
    /** Weights, gradients, two moments; a snapshot copies weights and moments. */
    private static final int COPIES_OF_WEIGHTS = 7;
    /** Arrays of the hidden width that a layer keeps for its backward pass, attention included. */
    private static final int HIDDEN_ARRAYS_PER_LAYER = 10;

    private MemoryEstimate() {}

    static long bytes(RunSpecification specification) {
        EncoderSpecification encoder = specification.encoder();
        long hidden = encoder.hiddenSize();
        long intermediate = encoder.intermediateSize();
        long vocabulary = specification.tokenizer() instanceof TokenizerSpecification.Trained(int size)
                ? size
                : ASSUMED_VOCABULARY;
        long layer = 4 * hidden * hidden + 2 * hidden * intermediate + 9 * hidden + intermediate;
        long parameters =
                (vocabulary + encoder.maximumTokens() + 2) * hidden + encoder.layers() * layer + hidden * hidden;
        long chunks = Math.max(
                activations(
                        encoder,
                        specification.initialise().chunkTokens(),
                        specification.initialise().activationCheckpointing()),
                Math.max(
                        activations(
                                encoder,
                                specification.pretrain().chunkTokens(),
                                specification.pretrain().activationCheckpointing()),
                        activations(
                                encoder,
                                specification.finetune().chunkTokens(),
                                specification.finetune().activationCheckpointing())));
        // Masked language modelling holds scores over the vocabulary for the masked share of a chunk.
        long scores = (long) (specification.initialise().chunkTokens()
                * specification.initialise().maskProbability()
                * vocabulary
                * 2);
        return FLOAT_BYTES * (COPIES_OF_WEIGHTS * parameters + chunks + scores);
    }

    /** With checkpointing the input of each layer is kept, and all of one layer. */
    private static long activations(EncoderSpecification encoder, long chunkTokens, boolean checkpointing) {
        long hidden = encoder.hiddenSize();
        long layer = HIDDEN_ARRAYS_PER_LAYER * hidden + 3L * encoder.intermediateSize();
        return chunkTokens * (checkpointing ? encoder.layers() * hidden + layer : encoder.layers() * layer);
    }
}
