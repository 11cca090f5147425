package dev.firn.training.schedule;

/** Learning rate as a function of the step. Steps count from 0; a run of {@code totalSteps} ends with step {@code totalSteps - 1}. */
public sealed interface Schedule permits WarmupStableDecay, LinearDecay, Constant {
    /**
     * The learning rate of one step.
     *
     * @param step the step about to run, from 0
     * @param totalSteps the length of the run, as extended so far
     */
    double learningRate(long step, long totalSteps);
}
