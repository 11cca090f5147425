package dev.firn.training.model;

import static java.util.Objects.requireNonNull;

import dev.firn.training.encoder.Pooling;

/**
 * How a model turns texts into vectors, beside its weights and its tokeniser.
 *
 * @param queryPrefix put before each query; may be empty
 * @param documentPrefix put before each document; may be empty
 * @param pooling how a text's vector is made of its tokens'
 * @param maximumTokens longer texts are cut, special tokens and prefix included; at least 3
 */
public record EmbeddingSettings(String queryPrefix, String documentPrefix, Pooling pooling, int maximumTokens) {
    public EmbeddingSettings {
        requireNonNull(queryPrefix, "queryPrefix is null");
        requireNonNull(documentPrefix, "documentPrefix is null");
        requireNonNull(pooling, "pooling is null");
        if (maximumTokens < 3) {
            throw new IllegalArgumentException("maximumTokens must be at least 3, is " + maximumTokens);
        }
    }
}
