package dev.firn.training.schedule;

/**
 * Linear warm-up, a stable rate, then a linear decay at the end of the run (WSD, Hu et al. 2024, "MiniCPM").
 *
 * <p>Warm-up step {@code s} has {@code peak·(s+1)/warmupSteps}; the last {@code decaySteps} steps go down in equal parts
 * from {@code peak} (their first) towards {@code minimum}, which the step after the last would have. When a run is shorter than
 * both together, the smaller of the two rates holds.
 *
 * @param peak the stable rate, above 0
 * @param warmupSteps 0 or more
 * @param decaySteps 0 or more, counted from the end of the run, so extending a run moves the decay
 * @param minimum the rate the decay aims at, from 0 to {@code peak}
 */
public record WarmupStableDecay(double peak, long warmupSteps, long decaySteps, double minimum) implements Schedule {
    public WarmupStableDecay {
        if (!(peak > 0) || Double.isInfinite(peak)) {
            throw new IllegalArgumentException("peak must be above 0, is " + peak);
        }
        if (warmupSteps < 0) {
            throw new IllegalArgumentException("warmupSteps must not be negative, is " + warmupSteps);
        }
        if (decaySteps < 0) {
            throw new IllegalArgumentException("decaySteps must not be negative, is " + decaySteps);
        }
        if (!(minimum >= 0 && minimum <= peak)) {
            throw new IllegalArgumentException("minimum must be from 0 to the peak " + peak + ", is " + minimum);
        }
    }

    public WarmupStableDecay(double peak, long warmupSteps, long decaySteps) {
        this(peak, warmupSteps, decaySteps, 0);
    }

    @Override
    public double learningRate(long step, long totalSteps) {
        double rising = step < warmupSteps ? peak * (step + 1) / warmupSteps : peak;
        long left = Math.max(totalSteps - step, 0);
        double falling = left < decaySteps ? minimum + (peak - minimum) * left / decaySteps : peak;
        return Math.min(rising, falling);
    }
}
