package dev.firn.training.kernels;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Products by ND4J's own operations, on any of its backends: the portable path, with objects made for each call. */
public final class Nd4jProducts implements MatrixProducts {
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
        INDArray result = view(c, offsetC, m, n, strideC);
        INDArray product;
        if (k == 0) {
            product = Nd4j.zeros(result.dataType(), m, n);
        } else {
            INDArray left = transposeA ? view(a, offsetA, k, m, strideA).transpose() : view(a, offsetA, m, k, strideA);
            INDArray right = transposeB ? view(b, offsetB, n, k, strideB).transpose() : view(b, offsetB, k, n, strideB);
            product = left.dup('c').mmul(right.dup('c')).muli(alpha);
        }
        if (beta == 0f) {
            result.assign(product);
        } else {
            result.muli(beta).addi(product);
        }
    }

    private static INDArray view(Tensor tensor, long offset, int rows, int columns, int stride) {
        return Nd4j.create(
                tensor.array().data(),
                new long[] {rows, columns},
                new long[] {stride, 1},
                tensor.array().offset() + offset);
    }
}
