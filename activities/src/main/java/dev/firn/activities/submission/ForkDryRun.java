package dev.firn.activities.submission;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a fork would do.
 *
 * @param before the resolved specification of the run that committed the checkpoint
 * @param plan what the new run would do, under its own specification
 */
public record ForkDryRun(JsonNode before, DryRun plan) {
    public ForkDryRun {
        requireNonNull(before, "before is null");
        requireNonNull(plan, "plan is null");
    }
}
