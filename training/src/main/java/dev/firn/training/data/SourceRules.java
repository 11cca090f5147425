package dev.firn.training.data;

import static java.util.Objects.requireNonNull;

/** What is done with records that are bad, and which pairs are good enough. */
public record SourceRules(BadRecords badRecords, QualityRules quality) {
    /** A bad record refuses the input, and every pair is good enough. */
    public static final SourceRules USUAL = new SourceRules(BadRecords.REFUSED, QualityRules.NONE);

    public SourceRules {
        requireNonNull(badRecords, "badRecords is null");
        requireNonNull(quality, "quality is null");
    }
}
