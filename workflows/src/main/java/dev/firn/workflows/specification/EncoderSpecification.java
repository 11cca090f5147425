package dev.firn.workflows.specification;

/** The transformer's shape; its vocabulary is the tokenizer's. */
public record EncoderSpecification(
        String family,
        int layers,
        int hiddenSize,
        int attentionHeads,
        int intermediateSize,
        int maximumTokens,
        double layerNormEpsilon,
        double initializerRange) {}
