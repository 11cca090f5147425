package dev.firn.training.teacher;

import static java.util.Objects.requireNonNull;

import dev.firn.training.encoder.Pooling;

/**
 * What has to be known about an ONNX model beyond its files.
 *
 * @param queryPrefix put before each query, for example {@code "query: "}; may be empty
 * @param documentPrefix put before each document, for example {@code "passage: "}; may be empty
 * @param maximumTokens longer texts are cut to this many tokens, special tokens included; at least 3
 */
public record OnnxTeacherSettings(String queryPrefix, String documentPrefix, Pooling pooling, int maximumTokens) {
    public OnnxTeacherSettings {
        requireNonNull(queryPrefix, "queryPrefix is null");
        requireNonNull(documentPrefix, "documentPrefix is null");
        requireNonNull(pooling, "pooling is null");
        if (maximumTokens < 3) {
            throw new IllegalArgumentException("maximumTokens must be at least 3, is " + maximumTokens);
        }
    }
}
