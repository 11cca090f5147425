package dev.firn.training.trainer;

/** What a training minimises: gradients of one batch, chosen by the step alone. */
interface Objective extends AutoCloseable {
    /** Batches of one pass over the data. */
    long stepsPerEpoch();

    /** Adds the gradients of the batch of a step. */
    Outcome accumulate(long step);

    @Override
    void close();

    /** What a batch gave. */
    record Outcome(double loss, long tokens, long examples, String source) {}
}
