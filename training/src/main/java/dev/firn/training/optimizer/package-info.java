/**
 * AdamW with clipping by the norm of the whole gradient, over one flat run of parameters.
 *
 * <p>Moments are kept for every parameter; rows of the word table that no batch has may rest (lazy embeddings). Formulas: Loshchilov and Hutter 2019 (arXiv 1711.05101), written as PyTorch writes
 * them so that the two can be compared number by number.
 */
package dev.firn.training.optimizer;
