/**
 * Post-norm transformer encoders (BERT, XLM-R, gte) with forward and backward written out, over packed batches without padding.
 *
 * <p>Each thread carries its own sequences through all layers; attention runs per sequence and in blocks of queries, so no score
 * matrix is ever whole; gradients of weights are partial products of the threads, added in the order of the threads. Limits:
 * GELU by the error function, fp32, no dropout.
 *
 * <p>Definitions: Devlin et al. 2019 (arXiv 1810.04805), Conneau et al. 2020 (arXiv 1911.02116), Zhang et al. 2024 (arXiv
 * 2407.19669); names and layout of tensors as in the Hugging Face folders.
 */
package dev.firn.training.encoder;
