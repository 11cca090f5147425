package dev.firn.workflows.specification;

/** Under which name the model is registered, and when the alias moves to it. */
public record RegisterSpecification(String model, String alias, Gate gate) {

    /** The new version's metric may be worse than the present holder's by the tolerance at most. */
    public record Gate(String metric, double tolerance) {}
}
