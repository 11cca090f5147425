/**
 * Weights from elsewhere that a training starts from: an encoder with its tokeniser, cut to its first layers and to a part of its
 * vocabulary where that is asked for.
 *
 * <p>That the first layers of a pretrained encoder are a good start for a small one: Sajjad et al. 2020 (arXiv 2004.03844). Taking
 * vocabulary rows away: Abdaoui et al. 2020 (arXiv 2010.05609).
 */
package dev.firn.training.start;
