package dev.firn.training.encoder;

/** How an encoder knows where a token stands. */
public sealed interface PositionEncoding {
    /** A learned vector for each position is added to the embedding. */
    record Learned() implements PositionEncoding {}

    /**
     * Queries and keys are rotated by angles that grow with the position (Su et al. 2021, arXiv 2104.09864), over the whole width of a
     * head.
     *
     * @param theta base of the frequencies, above 1
     * @param scaling factor {@code f} of NTK scaling, 1 for none: frequencies have the base {@code theta·f} and are divided by
     *     {@code f^(2/width)}
     */
    record Rotary(double theta, double scaling) implements PositionEncoding {}
}
