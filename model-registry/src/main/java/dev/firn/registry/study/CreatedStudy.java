package dev.firn.registry.study;

/**
 * A study that was asked for.
 *
 * @param created false when an earlier request with the same idempotency key had created it
 */
public record CreatedStudy(Study study, boolean created) {}
