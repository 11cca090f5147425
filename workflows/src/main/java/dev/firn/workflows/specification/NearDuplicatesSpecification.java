package dev.firn.workflows.specification;

/**
 * How pairs are looked for that are nearly the same, or nearly an evaluation text.
 *
 * @param drop whether they are left out; otherwise they are counted
 */
public record NearDuplicatesSpecification(double threshold, boolean drop, int remembered) {}
