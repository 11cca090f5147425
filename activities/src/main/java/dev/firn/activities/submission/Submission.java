package dev.firn.activities.submission;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/**
 * An accepted run.
 *
 * @param created false when an earlier request with the same idempotency key had created it
 */
public record Submission(UUID runId, boolean created) {
    public Submission {
        requireNonNull(runId, "runId is null");
    }
}
