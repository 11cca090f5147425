/**
 * Training loops: masked language modelling and contrastive training, with snapshots that continue in the same bits.
 *
 * <p>Invariant 4 of the design lives here: everything random derives from (seed, epoch, step, position), and a snapshot holds
 * weights, moments, position, length and updates. Chunks follow GradCache (Gao et al. 2021, arXiv 2101.06983).
 */
package dev.firn.training.trainer;
