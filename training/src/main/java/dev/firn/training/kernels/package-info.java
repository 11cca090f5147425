/**
 * Arithmetic on ND4J memory: matrix products by BLAS, everything else by {@link dev.firn.training.kernels.Kernels}.
 *
 * <p>{@link dev.firn.training.kernels.VectorKernels} is the fast path on a CPU: JDK Vector API with 256-bit vectors whatever the
 * machine, exp and erf as polynomials of fused multiply-adds, lanes added in a written order, so that interpreted and compiled
 * code give the same bits. {@link dev.firn.training.kernels.Nd4jKernels} is the portable path.
 *
 * <p><b>Threads.</b> OpenBLAS is set to one thread for the whole process; the work is split over the threads of
 * {@link dev.firn.training.kernels.ComputeContext}, at places that depend on the sizes and the number of threads only. (Two Java
 * threads that each call a threaded OpenBLAS wait for each other on its lock.)
 *
 * <p>Ideas: datastax/jvector (Vector API behind one small interface with a plain implementation beside it).
 */
package dev.firn.training.kernels;
