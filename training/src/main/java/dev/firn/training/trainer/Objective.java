package dev.firn.training.trainer;

import dev.firn.training.optimizer.TouchedRows;

/** What a training minimises: gradients of one batch, chosen by the step alone. */
interface Objective extends AutoCloseable {
    /** Batches of one pass over the data. */
    long stepsPerEpoch();

    /**
     * Adds the gradients of the batch of a step.
     *
     * @param touched receives the rows of the word table that have a gradient
     */
    Outcome accumulate(long step, TouchedRows touched);

    @Override
    void close();

    /** What a batch gave. */
    record Outcome(double loss, long tokens, long examples, String source) {}
}
