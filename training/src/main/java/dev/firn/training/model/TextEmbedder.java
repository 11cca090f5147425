package dev.firn.training.model;

import java.util.List;

/** Turns texts into vectors of length 1. */
public interface TextEmbedder {
    /** Returns the number of components of a vector. */
    int dimension();

    /**
     * Embeds texts, each with the prefix of its kind.
     *
     * @return {@code [texts.size(), dimension()]}, row by row in the order of the texts, each row of Euclidean length 1
     */
    float[] embed(TextKind kind, List<String> texts);
}
