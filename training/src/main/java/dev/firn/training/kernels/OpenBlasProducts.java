package dev.firn.training.kernels;

/** Products by OpenBLAS on the tensors' memory, without a copy and without an object. */
public final class OpenBlasProducts implements MatrixProducts {
    @Override
    public void multiply(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            float alpha,
            Tensor a,
            long offsetA,
            int strideA,
            Tensor b,
            long offsetB,
            int strideB,
            float beta,
            Tensor c,
            long offsetC,
            int strideC) {
        if (m == 0 || n == 0) {
            return;
        }
        // The addresses are raw: what BLAS would read or write is checked here
        check(a, offsetA, strideA, transposeA ? k : m, transposeA ? m : k);
        check(b, offsetB, strideB, transposeB ? n : k, transposeB ? k : n);
        check(c, offsetC, strideC, m, n);
        OpenBlas.sgemm(
                transposeA,
                transposeB,
                m,
                n,
                k,
                alpha,
                a.address() + offsetA * Float.BYTES,
                strideA,
                b.address() + offsetB * Float.BYTES,
                strideB,
                beta,
                c.address() + offsetC * Float.BYTES,
                strideC);
    }

    private static void check(Tensor tensor, long offset, int stride, int rows, int columns) {
        if (rows > 0 && (offset < 0 || columns > stride || offset + (rows - 1L) * stride + columns > tensor.length())) {
            throw new IllegalArgumentException("a matrix of " + rows + " x " + columns + " with stride " + stride
                    + " at " + offset + " is outside a tensor of " + tensor.length() + " values");
        }
    }
}
