package dev.firn.workflows.specification;

/**
 * How a text becomes a vector.
 *
 * @param pooling {@code cls} or {@code mean}
 */
public record EncodingSpecification(String queryPrefix, String documentPrefix, String pooling, int maximumTokens) {}
