package dev.firn.bench.peer;

/** The matrix product by which a peer shows what its BLAS can do: [2048, 768] times [3072, 768]ᵀ, a feed-forward of width 768. */
public final class Gemm {
    static final int ROWS = 2048;
    static final int IN = 768;
    static final int OUT = 3072;
    /** Products in a run, so that a run is not over before it began. */
    static final int REPEATS = 4;

    private Gemm() {}

    /** Floating point operations of a run. */
    public static double operations() {
        return 2.0 * ROWS * IN * OUT * REPEATS;
    }
}
