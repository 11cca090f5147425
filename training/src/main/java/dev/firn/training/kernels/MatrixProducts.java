package dev.firn.training.kernels;

/** Matrix products of one thread. */
public interface MatrixProducts {
    /**
     * Row-major {@code C[m,n] = alpha·op(A)[m,k]·op(B)[k,n] + beta·C}. With beta 0, C is not read.
     *
     * @param transposeA whether A is stored [k,m] and not [m,k]
     * @param transposeB whether B is stored [n,k] and not [k,n]
     * @param offsetA index in {@code a} of the first value; likewise for B and C
     * @param strideA distance from one stored row to the next; likewise for B and C
     */
    void multiply(
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
            int strideC);
}
