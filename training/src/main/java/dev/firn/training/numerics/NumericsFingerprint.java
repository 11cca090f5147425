package dev.firn.training.numerics;

import static java.util.Objects.requireNonNull;

import dev.firn.training.kernels.OpenBlas;
import dev.firn.training.kernels.VectorKernels;

/**
 * What the bits of a training depend on besides its inputs. Two runs with equal inputs and equal fingerprints end in equal bits.
 *
 * @param blasLibrary name and version of the library of the matrix products
 * @param blasCore kernel set the library chose for this processor
 * @param threads number of threads the work is split over
 * @param vectorBits width of the vectors of the other kernels
 */
public record NumericsFingerprint(String blasLibrary, String blasCore, int threads, int vectorBits) {
    public NumericsFingerprint {
        requireNonNull(blasLibrary, "blasLibrary is null");
        requireNonNull(blasCore, "blasCore is null");
    }

    /** The fingerprint of this process with a number of threads. */
    public static NumericsFingerprint current(int threads) {
        return new NumericsFingerprint(OpenBlas.configuration(), OpenBlas.core(), threads, VectorKernels.VECTOR_BITS);
    }
}
