package dev.firn.training.schedule;

/**
 * Linear warm-up, then a linear decay to 0 over the rest of the run.
 *
 * @param peak the highest rate, above 0
 * @param warmupSteps 0 or more
 */
public record LinearDecay(double peak, long warmupSteps) implements Schedule {
    public LinearDecay {
        if (!(peak > 0) || Double.isInfinite(peak)) {
            throw new IllegalArgumentException("peak must be above 0, is " + peak);
        }
        if (warmupSteps < 0) {
            throw new IllegalArgumentException("warmupSteps must not be negative, is " + warmupSteps);
        }
    }

    @Override
    public double learningRate(long step, long totalSteps) {
        if (step < warmupSteps) {
            return peak * (step + 1) / warmupSteps;
        }
        long decaySteps = Math.max(totalSteps - warmupSteps, 1);
        return peak * Math.max(totalSteps - step, 0) / decaySteps;
    }
}
