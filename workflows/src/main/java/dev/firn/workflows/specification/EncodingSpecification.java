package dev.firn.workflows.specification;

/** How a text becomes a vector. */
public record EncodingSpecification(String queryPrefix, String documentPrefix, int maximumTokens) {}
