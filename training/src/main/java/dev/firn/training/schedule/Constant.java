package dev.firn.training.schedule;

/**
 * The same learning rate in every step.
 *
 * @param rate above 0
 */
public record Constant(double rate) implements Schedule {
    public Constant {
        if (!(rate > 0) || Double.isInfinite(rate)) {
            throw new IllegalArgumentException("rate must be above 0, is " + rate);
        }
    }

    @Override
    public double learningRate(long step, long totalSteps) {
        return rate;
    }
}
