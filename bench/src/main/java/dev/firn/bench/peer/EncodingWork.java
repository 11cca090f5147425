package dev.firn.bench.peer;

import static java.util.Objects.requireNonNull;

/**
 * Texts to embed by the mean of their tokens, normalised.
 *
 * @param model for Firn a folder of weights, for ONNX Runtime an ONNX file
 * @param texts tokens by text
 */
@SuppressWarnings("ArrayRecordComponent") // read from JSON once, and never compared
public record EncodingWork(String model, int threads, int[][] texts) {
    public EncodingWork {
        requireNonNull(model, "model is null");
        requireNonNull(texts, "texts is null");
    }
}
