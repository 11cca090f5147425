package dev.firn.registry.run;

/**
 * The answer to a request for a run.
 *
 * @param run the run
 * @param created false when an earlier request with the same idempotency key had created it
 */
public record CreatedRun(Run run, boolean created) {}
