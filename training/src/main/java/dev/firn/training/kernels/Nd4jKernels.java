package dev.firn.training.kernels;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Kernels by plain ND4J operations, on any of its backends: slower by far than {@link VectorKernels}, of which they are the check. No
 * bits are promised: ND4J chooses how it sums.
 */
public final class Nd4jKernels implements Kernels {
    private static final double ROOT_HALF = Math.sqrt(0.5);
    private static final double INVERSE_ROOT_TWO_PI = 1 / Math.sqrt(2 * Math.PI);

    private static INDArray block(Tensor tensor, int stride, int columnFrom, int columnTo, long from, long to) {
        long offset = tensor.array().offset() + from * stride + columnFrom;
        return Nd4j.create(
                tensor.array().data(), new long[] {to - from, columnTo - columnFrom}, new long[] {stride, 1}, offset);
    }

    private static INDArray rows(Tensor tensor, long from, long to) {
        return block(tensor, tensor.columns(), 0, tensor.columns(), from, to);
    }

    private static INDArray flat(Tensor tensor, long from, long to) {
        return Nd4j.create(
                tensor.array().data(),
                new long[] {to - from},
                new long[] {1},
                tensor.array().offset() + from);
    }

    private static INDArray vector(Tensor tensor, int columnFrom, int columnTo) {
        return flat(tensor, columnFrom, columnTo);
    }

    private static INDArray vector(Tensor tensor) {
        return flat(tensor, 0, tensor.columns());
    }

    @Override
    public void addBias(Tensor values, Tensor bias, int columnFrom, int columnTo, long from, long to) {
        if (to > from) {
            block(values, values.columns(), columnFrom, columnTo, from, to)
                    .addiRowVector(vector(bias, columnFrom, columnTo));
        }
    }

    @Override
    public void columnSums(Tensor values, Tensor target, int columnFrom, int columnTo, long from, long to) {
        if (to > from) {
            vector(target, columnFrom, columnTo)
                    .addi(block(values, values.columns(), columnFrom, columnTo, from, to)
                            .sum(0));
        }
    }

    private static INDArray normalDistribution(INDArray x) {
        INDArray scaled = x.mul(ROOT_HALF);
        return Nd4j.getExecutioner().exec(new Erf(scaled, scaled)).addi(1).muli(0.5);
    }

    @Override
    public void biasGelu(Tensor values, Tensor bias, Tensor result, long from, long to) {
        if (to > from) {
            INDArray x = rows(values, from, to);
            x.addiRowVector(vector(bias));
            rows(result, from, to).assign(normalDistribution(x).muli(x));
        }
    }

    @Override
    public void biasGeluBackward(
            Tensor values, Tensor gradient, Tensor result, Tensor biasGradient, long from, long to) {
        if (to <= from) {
            return;
        }
        INDArray x = rows(values, from, to);
        INDArray distribution = normalDistribution(x);
        INDArray density = Transforms.exp(x.mul(x).muli(-0.5)).muli(INVERSE_ROOT_TWO_PI);
        INDArray g = rows(gradient, from, to);
        g.muli(density.muli(x).addi(distribution));
        rows(result, from, to).assign(distribution.muli(x));
        vector(biasGradient).addi(g.sum(0));
    }

    @Override
    public void gatedGelu(Tensor values, Tensor result, long from, long to) {
        if (to > from) {
            int n = result.columns();
            INDArray gate = block(values, 2 * n, n, 2 * n, from, to);
            rows(result, from, to)
                    .assign(normalDistribution(gate).muli(gate).muli(block(values, 2 * n, 0, n, from, to)));
        }
    }

    @Override
    public void gatedGeluBackward(Tensor values, Tensor gradient, Tensor result, long from, long to) {
        if (to <= from) {
            return;
        }
        int n = result.columns();
        INDArray up = block(values, 2 * n, 0, n, from, to);
        INDArray gate = block(values, 2 * n, n, 2 * n, from, to);
        INDArray distribution = normalDistribution(gate);
        INDArray density = Transforms.exp(gate.mul(gate).muli(-0.5)).muli(INVERSE_ROOT_TWO_PI);
        INDArray slope = density.muli(gate).addi(distribution);
        INDArray activated = distribution.muli(gate);
        INDArray g = rows(gradient, from, to);
        rows(result, from, to).assign(activated.mul(up));
        gate.assign(g.mul(up).muli(slope));
        up.assign(g.mul(activated));
    }

    @Override
    public void rotary(
            Tensor values, int columnFrom, int columnTo, Tensor rotations, int[] positions, long from, long to) {
        rotate(values, columnFrom, columnTo, rotations, positions, 1, from, to);
    }

    @Override
    public void rotaryBackward(
            Tensor gradient, int columnFrom, int columnTo, Tensor rotations, int[] positions, long from, long to) {
        rotate(gradient, columnFrom, columnTo, rotations, positions, -1, from, to);
    }

    private static void rotate(
            Tensor values,
            int columnFrom,
            int columnTo,
            Tensor rotations,
            int[] positions,
            double direction,
            long from,
            long to) {
        int width = rotations.columns();
        int half = width / 2;
        for (long r = from; r < to; r++) {
            int position = positions[(int) r];
            INDArray cosine = block(rotations, width, 0, half, position, position + 1L);
            INDArray sine = block(rotations, width, half, width, position, position + 1L)
                    .mul(direction);
            for (int column = columnFrom; column < columnTo; column += width) {
                INDArray a = block(values, values.columns(), column, column + half, r, r + 1);
                INDArray b = block(values, values.columns(), column + half, column + width, r, r + 1);
                INDArray first = a.mul(cosine).subi(b.mul(sine));
                b.assign(b.mul(cosine).addi(a.mul(sine)));
                a.assign(first);
            }
        }
    }

    @Override
    public void layerNorm(
            Tensor values,
            Tensor gamma,
            Tensor beta,
            float epsilon,
            Tensor result,
            Tensor statistics,
            long from,
            long to) {
        if (to <= from) {
            return;
        }
        INDArray x = rows(values, from, to);
        INDArray mean = x.mean(1);
        INDArray centered = x.subColumnVector(mean);
        INDArray variance = centered.mul(centered).mean(1);
        INDArray inverse = Transforms.pow(variance.add(epsilon), -0.5);
        INDArray kept = rows(statistics, from, to);
        kept.putColumn(0, mean);
        kept.putColumn(1, inverse);
        rows(result, from, to)
                .assign(centered.muliColumnVector(inverse)
                        .muliRowVector(vector(gamma))
                        .addiRowVector(vector(beta)));
    }

    @Override
    public void residualLayerNorm(
            Tensor values,
            Tensor bias,
            Tensor residual,
            Tensor gamma,
            Tensor beta,
            float epsilon,
            Tensor result,
            Tensor statistics,
            long from,
            long to) {
        if (to > from) {
            rows(values, from, to).addiRowVector(vector(bias)).addi(rows(residual, from, to));
            layerNorm(values, gamma, beta, epsilon, result, statistics, from, to);
        }
    }

    @Override
    public void layerNormBackward(
            Tensor values,
            Tensor statistics,
            Tensor gamma,
            Tensor gradient,
            Tensor gammaGradient,
            Tensor betaGradient,
            Tensor sumGradient,
            long from,
            long to) {
        if (to <= from) {
            return;
        }
        INDArray kept = rows(statistics, from, to);
        INDArray inverse = kept.getColumn(1).dup();
        INDArray unit =
                rows(values, from, to).subColumnVector(kept.getColumn(0).dup()).muliColumnVector(inverse);
        INDArray g = rows(gradient, from, to);
        vector(gammaGradient).addi(g.mul(unit).sum(0));
        vector(betaGradient).addi(g.sum(0));
        INDArray scaled = g.mulRowVector(vector(gamma));
        INDArray meanOfSums = scaled.mean(1);
        INDArray meanOfProducts = scaled.mul(unit).mean(1);
        g.assign(scaled.subiColumnVector(meanOfSums)
                .subi(unit.muliColumnVector(meanOfProducts))
                .muliColumnVector(inverse));
        vector(sumGradient).addi(g.sum(0));
    }

    @Override
    public long attentionWorkspace(int keys, int headWidth) {
        return 1;
    }

    @Override
    public void attention(
            Tensor query,
            int queryRow,
            int queries,
            Tensor projected,
            int keyRow,
            int keys,
            int heads,
            Tensor result,
            int resultRow,
            Tensor workspace) {
        if (queries == 0) {
            return;
        }
        int hidden = result.columns();
        int width = hidden / heads;
        for (int column = 0; column < hidden; column += width) {
            INDArray q = head(query, column, width, queryRow, queries);
            INDArray k = head(projected, hidden + column, width, keyRow, keys);
            INDArray v = head(projected, 2 * hidden + column, width, keyRow, keys);
            head(result, column, width, resultRow, queries)
                    .assign(probabilities(q, k).mmul(v));
        }
    }

    @Override
    public void attentionBackward(
            Tensor query,
            int queryRow,
            int queries,
            Tensor projected,
            int keyRow,
            int keys,
            int heads,
            Tensor resultGradient,
            int resultRow,
            Tensor queryGradient,
            Tensor projectedGradient,
            Tensor workspace) {
        int hidden = resultGradient.columns();
        int width = hidden / heads;
        block(projectedGradient, projectedGradient.columns(), hidden, 3 * hidden, keyRow, (long) keyRow + keys)
                .assign(0);
        if (queries == 0) {
            return;
        }
        for (int column = 0; column < hidden; column += width) {
            INDArray q = head(query, column, width, queryRow, queries).dup();
            INDArray k = head(projected, hidden + column, width, keyRow, keys);
            INDArray v = head(projected, 2 * hidden + column, width, keyRow, keys);
            INDArray g = head(resultGradient, column, width, resultRow, queries);
            INDArray p = probabilities(q, k);
            INDArray scores = g.mmul(v.transpose());
            scores.subiColumnVector(scores.mul(p).sum(1)).muli(p).divi(Math.sqrt(width));
            head(queryGradient, column, width, queryRow, queries).assign(scores.mmul(k));
            head(projectedGradient, hidden + column, width, keyRow, keys)
                    .assign(scores.transpose().mmul(q));
            head(projectedGradient, 2 * hidden + column, width, keyRow, keys)
                    .assign(p.transpose().mmul(g));
        }
    }

    private static INDArray head(Tensor tensor, int column, int width, int row, int rows) {
        return block(tensor, tensor.columns(), column, column + width, row, (long) row + rows);
    }

    private static INDArray probabilities(INDArray query, INDArray key) {
        return softmax(query.mmul(key.transpose()).divi(Math.sqrt(query.columns())));
    }

    private static INDArray softmax(INDArray x) {
        INDArray exponentials = Transforms.exp(x.subColumnVector(x.max(1)));
        return exponentials.diviColumnVector(exponentials.sum(1));
    }

    @Override
    public double crossEntropy(
            Tensor logits,
            int stride,
            int columns,
            float scale,
            Tensor bias,
            int[] targets,
            int targetOffset,
            float gradientScale,
            long from,
            long to) {
        if (to <= from) {
            return 0;
        }
        INDArray x = block(logits, stride, 0, columns, from, to);
        x.muli(scale).addiRowVector(vector(bias, 0, columns));
        INDArray chosen = Nd4j.zeros(x.dataType(), to - from);
        for (long r = from; r < to; r++) {
            chosen.putScalar(r - from, x.getFloat(r - from, targets[targetOffset + (int) r]));
        }
        INDArray largest = x.max(1);
        INDArray exponentials = Transforms.exp(x.subColumnVector(largest));
        INDArray sums = exponentials.sum(1);
        double loss = Transforms.log(sums.dup())
                .addi(largest)
                .subi(chosen)
                .sumNumber()
                .doubleValue();
        float factor = gradientScale * scale;
        x.assign(exponentials.diviColumnVector(sums).muli(factor));
        for (long r = from; r < to; r++) {
            int target = targets[targetOffset + (int) r];
            x.putScalar(r - from, target, x.getFloat(r - from, target) - factor);
        }
        return loss;
    }

    @Override
    public void gatherEmbeddings(
            int[] tokens, int[] positions, Tensor word, Tensor position, Tensor type, Tensor result, int from, int to) {
        for (int r = from; r < to; r++) {
            INDArray sum = rows(word, tokens[r], tokens[r] + 1L).dup();
            if (position.rows() > 0) {
                sum.addi(rows(position, positions[r], positions[r] + 1L));
            }
            rows(result, r, r + 1L).assign(sum.addi(rows(type, 0, 1)));
        }
    }

    @Override
    public void gatherRows(Tensor values, int[] indices, Tensor result, int from, int to) {
        for (int r = from; r < to; r++) {
            rows(result, r, r + 1).assign(rows(values, indices[r], indices[r] + 1L));
        }
    }

    @Override
    public void scatterAddRows(
            Tensor values, int[] indices, Tensor target, int columnFrom, int columnTo, int from, int to) {
        for (int r = from; r < to; r++) {
            block(target, target.columns(), columnFrom, columnTo, indices[r], indices[r] + 1L)
                    .addi(block(values, values.columns(), columnFrom, columnTo, r, r + 1L));
        }
    }

    @Override
    public void meanRows(Tensor values, int[] starts, Tensor result, int from, int to) {
        for (int group = from; group < to; group++) {
            rows(result, group, group + 1L)
                    .assign(rows(values, starts[group], starts[group + 1]).mean(true, 0));
        }
    }

    @Override
    public void meanRowsBackward(Tensor gradient, int[] starts, Tensor result, int from, int to) {
        for (int group = from; group < to; group++) {
            int count = starts[group + 1] - starts[group];
            INDArray share = rows(gradient, group, group + 1L).div(count);
            for (int r = starts[group]; r < starts[group + 1]; r++) {
                rows(result, r, r + 1L).assign(share);
            }
        }
    }

    @Override
    public void normalize(Tensor values, int columns, Tensor result, Tensor lengths, long from, long to) {
        if (to <= from) {
            return;
        }
        INDArray x = block(values, values.columns(), 0, columns, from, to);
        INDArray length = x.norm2(1);
        rows(lengths, from, to).assign(length.reshape(to - from, 1));
        length.addi(length.eq(0).castTo(length.dataType()));
        block(result, result.columns(), 0, columns, from, to).assign(x.divColumnVector(length));
    }

    @Override
    public void normalizeBackward(
            Tensor result, Tensor lengths, Tensor gradient, float weight, Tensor target, long from, long to) {
        if (to <= from) {
            return;
        }
        INDArray y = rows(result, from, to);
        INDArray g = rows(gradient, from, to);
        INDArray length = rows(lengths, from, to).reshape(to - from).dup();
        INDArray zero = length.eq(0).castTo(length.dataType());
        INDArray factor = zero.rsub(1).muli(weight).divi(length.addi(zero));
        INDArray along = g.mul(y).sum(1);
        block(target, target.columns(), 0, result.columns(), from, to)
                .addi(g.sub(y.mulColumnVector(along)).muliColumnVector(factor));
    }

    @Override
    public void drain(Tensor target, Tensor source, long from, long to) {
        if (to > from) {
            flat(target, from, to).addi(flat(source, from, to));
            flat(source, from, to).assign(0);
        }
    }

    @Override
    public double sumOfSquares(Tensor values, long from, long to) {
        double norm = to > from ? flat(values, from, to).norm2Number().doubleValue() : 0;
        return norm * norm;
    }

    @Override
    public float largestMagnitude(Tensor values, long from, long to) {
        return to > from ? flat(values, from, to).amaxNumber().floatValue() : 0;
    }

    @Override
    public void adamW(
            Tensor values,
            Tensor gradient,
            Tensor firstMoment,
            Tensor secondMoment,
            AdamWStep step,
            float decay,
            long from,
            long to) {
        if (to <= from) {
            return;
        }
        INDArray g = flat(gradient, from, to).mul(step.gradientScale());
        INDArray m = flat(firstMoment, from, to);
        INDArray v = flat(secondMoment, from, to);
        m.muli(step.beta1()).addi(g.mul(step.oneMinusBeta1()));
        v.muli(step.beta2()).addi(g.mul(g).muli(step.oneMinusBeta2()));
        INDArray root = Transforms.sqrt(v).muli(step.inverseRootCorrection()).addi(step.epsilon());
        flat(values, from, to).muli(1f - decay).subi(m.mul(step.stepSize()).divi(root));
        flat(gradient, from, to).assign(0);
    }

    @Override
    public void adamWWithoutGradient(
            Tensor values, Tensor firstMoment, Tensor secondMoment, AdamWStep step, float decay, long from, long to) {
        if (to <= from) {
            return;
        }
        INDArray m = flat(firstMoment, from, to);
        INDArray v = flat(secondMoment, from, to);
        m.muli(step.beta1());
        v.muli(step.beta2());
        INDArray root = Transforms.sqrt(v).muli(step.inverseRootCorrection()).addi(step.epsilon());
        flat(values, from, to).muli(1f - decay).subi(m.mul(step.stepSize()).divi(root));
    }

    @Override
    public void decay(Tensor values, float decay, long from, long to) {
        if (to > from) {
            flat(values, from, to).muli(1f - decay);
        }
    }
}
