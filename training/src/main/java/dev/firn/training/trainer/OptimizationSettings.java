package dev.firn.training.trainer;

import static java.util.Objects.requireNonNull;

import dev.firn.training.optimizer.AdamWSettings;
import dev.firn.training.schedule.Schedule;

/**
 * What both kinds of training share.
 *
 * @param clipNorm the gradient is scaled down to this norm when it is longer; positive infinity for no clipping
 * @param seed of the order of the data and of the masking
 */
public record OptimizationSettings(AdamWSettings adamW, Schedule schedule, double clipNorm, long seed) {
    public OptimizationSettings {
        requireNonNull(adamW, "adamW is null");
        requireNonNull(schedule, "schedule is null");
        if (!(clipNorm > 0)) {
            throw new IllegalArgumentException("clipNorm must be above 0, is " + clipNorm);
        }
    }
}
