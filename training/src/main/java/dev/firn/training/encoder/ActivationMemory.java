package dev.firn.training.encoder;

/** What an encoder keeps of a forward pass. */
public enum ActivationMemory {
    /** Nothing: there will be no backward pass. The memory of one layer is enough. */
    INFERENCE,
    /** All that the backward pass reads. */
    ALL_LAYERS,
    /**
     * The input of each layer; the backward pass computes a layer again before it goes through it, in the same bits (activation
     * checkpointing, Chen et al. 2016, arXiv 1604.06174).
     */
    LAYER_INPUTS
}
