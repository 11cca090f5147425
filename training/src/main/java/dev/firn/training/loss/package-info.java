/**
 * Losses with their gradients: InfoNCE over blocks of scores (never the whole matrix), Matryoshka slices, masked language
 * modelling.
 *
 * <p>Sources: van den Oord et al. 2018 (arXiv 1807.03748) for InfoNCE, Kusupati et al. 2022 (arXiv 2205.13147) for Matryoshka,
 * Devlin et al. 2019 (arXiv 1810.04805) for masking, Arctic-Embed 2.0 (arXiv 2412.04506) for how they are put together.
 */
package dev.firn.training.loss;
