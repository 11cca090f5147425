package dev.firn.training.model;

import dev.firn.training.ProgressListener;
import java.util.List;

/** Turns texts into vectors of length 1. */
public interface TextEmbedder {
    /** Returns the number of components of a vector. */
    int dimension();

    /**
     * Embeds texts, each with the prefix of its kind.
     *
     * @param progress counts texts
     * @return {@code [texts.size(), dimension()]}, row by row in the order of the texts, each row of Euclidean length 1
     */
    float[] embed(TextKind kind, List<String> texts, ProgressListener progress);

    /** As {@link #embed(TextKind, List, ProgressListener)}, with nobody listening. */
    default float[] embed(TextKind kind, List<String> texts) {
        return embed(kind, texts, ProgressListener.NONE);
    }
}
