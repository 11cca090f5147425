package dev.firn.training.optimizer;

import java.util.Arrays;
import java.util.Locale;

/** What AdamW does with the rows of the word table that a step has no gradient for. */
public enum EmbeddingUpdates {
    /** What AdamW does with every parameter: moments decay, weights decay, and the row goes on moving by its moments. */
    DENSE,
    /**
     * Nothing: the row and its moments stay as they are until a batch has the word again. Rows with a gradient are updated as ever,
     * with the bias corrections of the step (so do PyTorch's SparseAdam and TensorFlow's LazyAdam).
     */
    LAZY;

    /**
     * By its name in a specification.
     *
     * @throws IllegalArgumentException when there is none of the name
     */
    public static EmbeddingUpdates of(String name) {
        return Arrays.stream(values())
                .filter(updates -> updates.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "there are no embedding updates " + name + "; there are dense and lazy"));
    }
}
