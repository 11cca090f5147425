package dev.firn.training.trainer;

/** A change of a running training, recorded in every later snapshot: part of what the final weights are a function of. */
public sealed interface AppliedUpdate {
    /** The first step that runs under the update. */
    long step();

    /** From {@code step} on, learning rates are the schedule's times {@code factor}, which takes the place of an earlier one. */
    record LearningRateScaled(long step, double factor) implements AppliedUpdate {}

    /** Before {@code step} ran, the run was made {@code steps} longer. */
    record Extended(long step, long steps) implements AppliedUpdate {}
}
