package dev.firn.training.kernels;

/** Kernels by the JDK Vector API. */
public final class VectorKernels implements Kernels {
    /** Width of the vectors, whatever the machine has. */
    public static final int VECTOR_BITS = 256;
}
