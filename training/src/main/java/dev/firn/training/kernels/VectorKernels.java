package dev.firn.training.kernels;

import static dev.firn.training.kernels.VectorMath.SPECIES;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Kernels by the JDK Vector API on the tensors' memory. Vectors are 256 bits wide on every machine, so results do not depend on
 * the processor; sums run in a written order, so they do not depend on the compiler either. No call makes an object.
 */
public final class VectorKernels implements Kernels {
    /** Width of the vectors, whatever the machine has. */
    public static final int VECTOR_BITS = 256;

    static final int LANES = VECTOR_BITS / Float.SIZE;
    static final int BYTES = LANES * Float.BYTES;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    // One segment over all addresses, a constant to the compiler: no bounds to load in the inner loops. The bounds of
    // the
    // tensors are checked where a kernel begins.
    private static final MemorySegment MEMORY = everything();

    @SuppressWarnings("restricted")
    private static MemorySegment everything() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    // Made anew each time and not a constant: where a sum begins with an object that exists, the compiler makes an
    // object of
    // the sum in every round of its loop
    static FloatVector zero() {
        return FloatVector.zero(SPECIES);
    }

    static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(SPECIES, MEMORY, address, ORDER);
    }

    private static FloatVector load(long address, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(SPECIES, MEMORY, address, ORDER, mask);
    }

    static void store(FloatVector vector, long address) {
        vector.intoMemorySegment(MEMORY, address, ORDER);
    }

    private static void store(FloatVector vector, long address, VectorMask<Float> mask) {
        vector.intoMemorySegment(MEMORY, address, ORDER, mask);
    }

    static float loadOne(long address) {
        return MEMORY.get(ValueLayout.JAVA_FLOAT_UNALIGNED, address);
    }

    static void storeOne(float value, long address) {
        MEMORY.set(ValueLayout.JAVA_FLOAT_UNALIGNED, address, value);
    }

    private static VectorMask<Float> first(int count) {
        return SPECIES.indexInRange(0, count);
    }

    /** The part of {@code count} values that whole vectors cover. */
    private static int whole(int count) {
        return count & -LANES;
    }

    private static long row(Tensor tensor, long row) {
        return tensor.address() + row * tensor.columns() * Float.BYTES;
    }

    private static void checkRows(Tensor tensor, long from, long to, int columns) {
        if (from < 0 || to > tensor.rows() || columns > tensor.columns()) {
            throw new IndexOutOfBoundsException("rows " + from + " to " + to + " of " + columns
                    + " columns are outside a tensor of " + tensor.rows() + " x " + tensor.columns());
        }
    }

    private static void checkVector(Tensor tensor, int columns) {
        if (tensor.length() < columns) {
            throw new IndexOutOfBoundsException(
                    columns + " values are outside a tensor of " + tensor.rows() + " x " + tensor.columns());
        }
    }

    private static void checkStrided(Tensor tensor, int stride, int columns, long from, long to) {
        if (from < 0 || columns > stride || (to > from && (to - 1) * stride + columns > tensor.length())) {
            throw new IndexOutOfBoundsException("rows " + from + " to " + to + " of " + columns + " columns and stride "
                    + stride + " are outside a tensor of " + tensor.length() + " values");
        }
    }

    private static void checkFlat(Tensor tensor, long from, long to) {
        if (from < 0 || to > tensor.length()) {
            throw new IndexOutOfBoundsException(
                    "values " + from + " to " + to + " are outside a tensor of " + tensor.length() + " values");
        }
    }

    private static void checkIndex(int index, Tensor table) {
        if (index < 0 || index >= table.rows()) {
            throw new IndexOutOfBoundsException("row " + index + " is outside a table of " + table.rows() + " rows");
        }
    }

    @Override
    public void addBias(Tensor values, Tensor bias, int columnFrom, int columnTo, long from, long to) {
        checkRows(values, from, to, columnTo);
        checkVector(bias, columnTo);
        long skip = (long) columnFrom * Float.BYTES;
        for (long r = from; r < to; r++) {
            addTo(row(values, r) + skip, bias.address() + skip, columnTo - columnFrom);
        }
    }

    /** {@code target += source} over consecutive values. */
    private static void addTo(long target, long source, int count) {
        int bound = whole(count);
        int i = 0;
        for (; i < bound; i += LANES) {
            long at = (long) i * Float.BYTES;
            store(load(target + at).add(load(source + at)), target + at);
        }
        if (i < count) {
            long at = (long) i * Float.BYTES;
            VectorMask<Float> rest = first(count - i);
            store(load(target + at, rest).add(load(source + at, rest)), target + at, rest);
        }
    }

    @Override
    public void columnSums(Tensor values, Tensor target, int columnFrom, int columnTo, long from, long to) {
        checkRows(values, from, to, columnTo);
        checkVector(target, columnTo);
        long skip = (long) columnFrom * Float.BYTES;
        for (long r = from; r < to; r++) {
            addTo(target.address() + skip, row(values, r) + skip, columnTo - columnFrom);
        }
    }

    @Override
    public void biasGelu(Tensor values, Tensor bias, Tensor result, long from, long to) {
        int n = values.columns();
        checkRows(values, from, to, n);
        checkRows(result, from, to, n);
        checkVector(bias, n);
        for (long r = from; r < to; r++) {
            biasGeluRow(row(values, r), bias.address(), row(result, r), n);
        }
    }

    private static void biasGeluRow(long values, long bias, long result, int n) {
        int bound = whole(n);
        int i = 0;
        for (; i < bound; i += LANES) {
            long at = (long) i * Float.BYTES;
            FloatVector x = load(values + at).add(load(bias + at));
            store(x, values + at);
            store(x.mul(VectorMath.normalDistribution(x)), result + at);
        }
        if (i < n) {
            long at = (long) i * Float.BYTES;
            VectorMask<Float> rest = first(n - i);
            FloatVector x = load(values + at, rest).add(load(bias + at, rest));
            store(x, values + at, rest);
            store(x.mul(VectorMath.normalDistribution(x)), result + at, rest);
        }
    }

    @Override
    public void biasGeluBackward(
            Tensor values, Tensor gradient, Tensor result, Tensor biasGradient, long from, long to) {
        int n = values.columns();
        checkRows(values, from, to, n);
        checkRows(gradient, from, to, n);
        checkRows(result, from, to, n);
        checkVector(biasGradient, n);
        for (long r = from; r < to; r++) {
            biasGeluBackwardRow(row(values, r), row(gradient, r), row(result, r), biasGradient.address(), n);
        }
    }

    // In two passes, and what whole vectors do not cover apart: the compiler gives up on a method that does all of it
    private static void biasGeluBackwardRow(long values, long gradient, long result, long biasGradient, int n) {
        int bound = whole(n);
        normalDistributions(values, result, bound);
        geluSlopes(values, gradient, result, biasGradient, bound);
        if (bound < n) {
            long at = (long) bound * Float.BYTES;
            biasGeluBackwardRest(values + at, gradient + at, result + at, biasGradient + at, n - bound);
        }
    }

    private static void normalDistributions(long values, long result, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            long at = (long) i * Float.BYTES;
            store(VectorMath.normalDistribution(load(values + at)), result + at);
        }
    }

    /** The backward pass when the result already holds the distribution function. */
    private static void geluSlopes(long values, long gradient, long result, long biasGradient, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            long at = (long) i * Float.BYTES;
            FloatVector x = load(values + at);
            FloatVector distribution = load(result + at);
            FloatVector slope = x.fma(VectorMath.normalDensity(x), distribution);
            FloatVector g = load(gradient + at).mul(slope);
            store(g, gradient + at);
            store(x.mul(distribution), result + at);
            store(load(biasGradient + at).add(g), biasGradient + at);
        }
    }

    private static void biasGeluBackwardRest(long values, long gradient, long result, long biasGradient, int count) {
        VectorMask<Float> rest = first(count);
        FloatVector x = load(values, rest);
        FloatVector distribution = VectorMath.normalDistribution(x);
        FloatVector slope = x.fma(VectorMath.normalDensity(x), distribution);
        FloatVector g = load(gradient, rest).mul(slope);
        store(g, gradient, rest);
        store(x.mul(distribution), result, rest);
        store(load(biasGradient, rest).add(g), biasGradient, rest);
    }

    @Override
    public void gatedGelu(Tensor values, Tensor result, long from, long to) {
        int n = result.columns();
        checkRows(values, from, to, 2 * n);
        checkRows(result, from, to, n);
        for (long r = from; r < to; r++) {
            long up = row(values, r);
            gatedGeluRow(up, up + (long) n * Float.BYTES, row(result, r), n);
        }
    }

    private static void gatedGeluRow(long up, long gate, long result, int n) {
        int bound = whole(n);
        for (int i = 0; i < bound; i += LANES) {
            long at = (long) i * Float.BYTES;
            FloatVector x = load(gate + at);
            store(x.mul(VectorMath.normalDistribution(x)).mul(load(up + at)), result + at);
        }
        if (bound < n) {
            long at = (long) bound * Float.BYTES;
            VectorMask<Float> rest = first(n - bound);
            FloatVector x = load(gate + at, rest);
            store(x.mul(VectorMath.normalDistribution(x)).mul(load(up + at, rest)), result + at, rest);
        }
    }

    @Override
    public void gatedGeluBackward(Tensor values, Tensor gradient, Tensor result, long from, long to) {
        int n = result.columns();
        checkRows(values, from, to, 2 * n);
        checkRows(gradient, from, to, n);
        checkRows(result, from, to, n);
        int bound = whole(n);
        long rest = (long) bound * Float.BYTES;
        for (long r = from; r < to; r++) {
            long up = row(values, r);
            long gate = up + (long) n * Float.BYTES;
            long g = row(gradient, r);
            long y = row(result, r);
            normalDistributions(gate, y, bound);
            gatedSlopes(up, gate, g, y, bound);
            if (bound < n) {
                gatedGeluBackwardRest(up + rest, gate + rest, g + rest, y + rest, n - bound);
            }
        }
    }

    /** The backward pass when the result already holds the distribution function of the gate. */
    private static void gatedSlopes(long up, long gate, long gradient, long result, int bound) {
        for (int i = 0; i < bound; i += LANES) {
            long at = (long) i * Float.BYTES;
            FloatVector x = load(gate + at);
            FloatVector distribution = load(result + at);
            FloatVector slope = x.fma(VectorMath.normalDensity(x), distribution);
            FloatVector activated = x.mul(distribution);
            FloatVector factor = load(up + at);
            FloatVector g = load(gradient + at);
            store(activated.mul(factor), result + at);
            store(g.mul(factor).mul(slope), gate + at);
            store(g.mul(activated), up + at);
        }
    }

    private static void gatedGeluBackwardRest(long up, long gate, long gradient, long result, int count) {
        VectorMask<Float> rest = first(count);
        FloatVector x = load(gate, rest);
        FloatVector distribution = VectorMath.normalDistribution(x);
        FloatVector slope = x.fma(VectorMath.normalDensity(x), distribution);
        FloatVector activated = x.mul(distribution);
        FloatVector factor = load(up, rest);
        FloatVector g = load(gradient, rest);
        store(activated.mul(factor), result, rest);
        store(g.mul(factor).mul(slope), gate, rest);
        store(g.mul(activated), up, rest);
    }

    @Override
    public void rotary(
            Tensor values, int columnFrom, int columnTo, Tensor rotations, int[] positions, long from, long to) {
        rotate(values, columnFrom, columnTo, rotations, positions, 1f, from, to);
    }

    @Override
    public void rotaryBackward(
            Tensor gradient, int columnFrom, int columnTo, Tensor rotations, int[] positions, long from, long to) {
        rotate(gradient, columnFrom, columnTo, rotations, positions, -1f, from, to);
    }

    private static void rotate(
            Tensor values,
            int columnFrom,
            int columnTo,
            Tensor rotations,
            int[] positions,
            float direction,
            long from,
            long to) {
        int width = rotations.columns();
        checkRows(values, from, to, columnTo);
        for (long r = from; r < to; r++) {
            int position = positions[(int) r];
            checkIndex(position, rotations);
            long angles = row(rotations, position);
            for (int column = columnFrom; column < columnTo; column += width) {
                rotateHead(row(values, r) + (long) column * Float.BYTES, angles, width / 2, direction);
            }
        }
    }

    private static void rotateHead(long head, long angles, int half, float direction) {
        long second = (long) half * Float.BYTES;
        int bound = whole(half);
        for (int i = 0; i < bound; i += LANES) {
            long at = (long) i * Float.BYTES;
            FloatVector cosine = load(angles + at);
            FloatVector sine = load(angles + second + at).mul(direction);
            FloatVector a = load(head + at);
            FloatVector b = load(head + second + at);
            store(a.fma(cosine, b.mul(sine).neg()), head + at);
            store(b.fma(cosine, a.mul(sine)), head + second + at);
        }
        for (int i = bound; i < half; i++) {
            long at = (long) i * Float.BYTES;
            float cosine = loadOne(angles + at);
            float sine = loadOne(angles + second + at) * direction;
            float a = loadOne(head + at);
            float b = loadOne(head + second + at);
            storeOne(Math.fma(a, cosine, -(b * sine)), head + at);
            storeOne(Math.fma(b, cosine, a * sine), head + second + at);
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
        int n = values.columns();
        checkNorm(values, gamma, beta, result, statistics, from, to);
        for (long r = from; r < to; r++) {
            long x = row(values, r);
            normalizeRow(x, sum(x, n), gamma.address(), beta.address(), epsilon, row(result, r), row(statistics, r), n);
        }
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
        int n = values.columns();
        checkNorm(values, gamma, beta, result, statistics, from, to);
        checkRows(residual, from, to, n);
        checkVector(bias, n);
        for (long r = from; r < to; r++) {
            long x = row(values, r);
            float sum = addResidual(x, bias.address(), row(residual, r), n);
            normalizeRow(x, sum, gamma.address(), beta.address(), epsilon, row(result, r), row(statistics, r), n);
        }
    }

    private static void checkNorm(
            Tensor values, Tensor gamma, Tensor beta, Tensor result, Tensor statistics, long from, long to) {
        int n = values.columns();
        checkRows(values, from, to, n);
        checkRows(result, from, to, n);
        checkRows(statistics, from, to, 2);
        checkVector(gamma, n);
        checkVector(beta, n);
    }

    private static float sum(long values, int n) {
        FloatVector even = zero();
        FloatVector odd = zero();
        int i = 0;
        for (int bound = n & -2 * LANES; i < bound; i += 2 * LANES) {
            long at = values + (long) i * Float.BYTES;
            even = even.add(load(at));
            odd = odd.add(load(at + BYTES));
        }
        if (i + LANES <= n) {
            even = even.add(load(values + (long) i * Float.BYTES));
            i += LANES;
        }
        if (i < n) {
            odd = odd.add(load(values + (long) i * Float.BYTES, first(n - i)));
        }
        return VectorMath.sum(even.add(odd));
    }

    /** Adds bias and residual in place and gives the sum of the row, in the order of {@link #sum}. */
    private static float addResidual(long values, long bias, long residual, int n) {
        FloatVector even = zero();
        FloatVector odd = zero();
        int i = 0;
        for (int bound = n & -2 * LANES; i < bound; i += 2 * LANES) {
            long at = (long) i * Float.BYTES;
            FloatVector x = load(values + at).add(load(bias + at)).add(load(residual + at));
            store(x, values + at);
            even = even.add(x);
            at += BYTES;
            FloatVector y = load(values + at).add(load(bias + at)).add(load(residual + at));
            store(y, values + at);
            odd = odd.add(y);
        }
        if (i + LANES <= n) {
            long at = (long) i * Float.BYTES;
            FloatVector x = load(values + at).add(load(bias + at)).add(load(residual + at));
            store(x, values + at);
            even = even.add(x);
            i += LANES;
        }
        if (i < n) {
            long at = (long) i * Float.BYTES;
            VectorMask<Float> rest = first(n - i);
            FloatVector x = load(values + at, rest).add(load(bias + at, rest)).add(load(residual + at, rest));
            store(x, values + at, rest);
            odd = odd.add(x);
        }
        return VectorMath.sum(even.add(odd));
    }

    private static float sumOfSquaredDifferences(long values, float mean, int n) {
        FloatVector center = FloatVector.broadcast(SPECIES, mean);
        FloatVector even = zero();
        FloatVector odd = zero();
        int i = 0;
        for (int bound = n & -2 * LANES; i < bound; i += 2 * LANES) {
            long at = values + (long) i * Float.BYTES;
            FloatVector x = load(at).sub(center);
            FloatVector y = load(at + BYTES).sub(center);
            even = x.fma(x, even);
            odd = y.fma(y, odd);
        }
        if (i + LANES <= n) {
            FloatVector x = load(values + (long) i * Float.BYTES).sub(center);
            even = x.fma(x, even);
            i += LANES;
        }
        if (i < n) {
            VectorMask<Float> rest = first(n - i);
            FloatVector x =
                    zero().blend(load(values + (long) i * Float.BYTES, rest).sub(center), rest);
            odd = x.fma(x, odd);
        }
        return VectorMath.sum(even.add(odd));
    }

    private static void normalizeRow(
            long values, float sum, long gamma, long beta, float epsilon, long result, long statistics, int n) {
        float mean = sum / n;
        float variance = sumOfSquaredDifferences(values, mean, n) / n;
        float inverse = 1f / (float) Math.sqrt(variance + epsilon);
        storeOne(mean, statistics);
        storeOne(inverse, statistics + Float.BYTES);
        FloatVector center = FloatVector.broadcast(SPECIES, mean);
        FloatVector factor = FloatVector.broadcast(SPECIES, inverse);
        int bound = whole(n);
        int i = 0;
        for (; i < bound; i += LANES) {
            long at = (long) i * Float.BYTES;
            FloatVector unit = load(values + at).sub(center).mul(factor);
            store(unit.fma(load(gamma + at), load(beta + at)), result + at);
        }
        if (i < n) {
            long at = (long) i * Float.BYTES;
            VectorMask<Float> rest = first(n - i);
            FloatVector unit = load(values + at, rest).sub(center).mul(factor);
            store(unit.fma(load(gamma + at, rest), load(beta + at, rest)), result + at, rest);
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
        int n = values.columns();
        checkRows(values, from, to, n);
        checkRows(gradient, from, to, n);
        checkRows(statistics, from, to, 2);
        checkVector(gamma, n);
        checkVector(gammaGradient, n);
        checkVector(betaGradient, n);
        checkVector(sumGradient, n);
        for (long r = from; r < to; r++) {
            layerNormBackwardRow(
                    row(values, r),
                    loadOne(row(statistics, r)),
                    loadOne(row(statistics, r) + Float.BYTES),
                    gamma.address(),
                    row(gradient, r),
                    gammaGradient.address(),
                    betaGradient.address(),
                    sumGradient.address(),
                    n);
        }
    }

    private static void layerNormBackwardRow(
            long values,
            float mean,
            float inverse,
            long gamma,
            long gradient,
            long gammaGradient,
            long betaGradient,
            long sumGradient,
            int n) {
        FloatVector center = FloatVector.broadcast(SPECIES, mean);
        FloatVector factor = FloatVector.broadcast(SPECIES, inverse);
        FloatVector sums = zero();
        FloatVector products = zero();
        int bound = whole(n);
        int i = 0;
        for (; i < bound; i += LANES) {
            long at = (long) i * Float.BYTES;
            FloatVector unit = load(values + at).sub(center).mul(factor);
            FloatVector g = load(gradient + at);
            store(g.fma(unit, load(gammaGradient + at)), gammaGradient + at);
            store(load(betaGradient + at).add(g), betaGradient + at);
            FloatVector scaled = g.mul(load(gamma + at));
            sums = sums.add(scaled);
            products = scaled.fma(unit, products);
        }
        VectorMask<Float> rest = first(n - bound);
        if (i < n) {
            long at = (long) i * Float.BYTES;
            FloatVector unit = load(values + at, rest).sub(center).mul(factor);
            FloatVector g = load(gradient + at, rest);
            store(g.fma(unit, load(gammaGradient + at, rest)), gammaGradient + at, rest);
            store(load(betaGradient + at, rest).add(g), betaGradient + at, rest);
            FloatVector scaled = g.mul(load(gamma + at, rest));
            sums = sums.add(scaled);
            products = scaled.fma(unit, products);
        }
        FloatVector meanOfSums = FloatVector.broadcast(SPECIES, VectorMath.sum(sums) / n);
        FloatVector meanOfProducts = FloatVector.broadcast(SPECIES, -(VectorMath.sum(products) / n));
        for (i = 0; i < bound; i += LANES) {
            long at = (long) i * Float.BYTES;
            FloatVector unit = load(values + at).sub(center).mul(factor);
            FloatVector scaled = load(gradient + at).mul(load(gamma + at));
            FloatVector g = unit.fma(meanOfProducts, scaled.sub(meanOfSums)).mul(factor);
            store(g, gradient + at);
            store(load(sumGradient + at).add(g), sumGradient + at);
        }
        if (i < n) {
            long at = (long) i * Float.BYTES;
            FloatVector unit = load(values + at, rest).sub(center).mul(factor);
            FloatVector scaled = load(gradient + at, rest).mul(load(gamma + at, rest));
            FloatVector g = unit.fma(meanOfProducts, scaled.sub(meanOfSums)).mul(factor);
            store(g, gradient + at, rest);
            store(load(sumGradient + at, rest).add(g), sumGradient + at, rest);
        }
    }

    @Override
    public long attentionWorkspace(int keys, int headWidth) {
        return VectorAttention.workspace(keys, headWidth);
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
        int width = result.columns() / heads;
        checkAttention(query, queryRow, queries, projected, keyRow, keys, result, resultRow, workspace, width);
        VectorAttention.forward(
                row(query, queryRow),
                (long) query.columns() * Float.BYTES,
                queries,
                row(projected, keyRow),
                keys,
                heads,
                width,
                row(result, resultRow),
                workspace.address());
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
        int width = resultGradient.columns() / heads;
        checkAttention(query, queryRow, queries, projected, keyRow, keys, resultGradient, resultRow, workspace, width);
        checkRows(queryGradient, queryRow, (long) queryRow + queries, query.columns());
        checkRows(projectedGradient, keyRow, (long) keyRow + keys, projected.columns());
        VectorAttention.backward(
                row(query, queryRow),
                (long) query.columns() * Float.BYTES,
                queries,
                row(projected, keyRow),
                keys,
                heads,
                width,
                row(resultGradient, resultRow),
                row(queryGradient, queryRow),
                row(projectedGradient, keyRow),
                workspace.address());
    }

    private static void checkAttention(
            Tensor query,
            int queryRow,
            int queries,
            Tensor projected,
            int keyRow,
            int keys,
            Tensor result,
            int resultRow,
            Tensor workspace,
            int width) {
        int hidden = result.columns();
        checkRows(query, queryRow, (long) queryRow + queries, hidden);
        checkRows(projected, keyRow, (long) keyRow + keys, 3 * hidden);
        checkRows(result, resultRow, (long) resultRow + queries, hidden);
        checkFlat(workspace, 0, VectorAttention.workspace(keys, width));
    }

    private static void scaleRow(long values, int n, float factor) {
        int bound = whole(n);
        int i = 0;
        for (; i < bound; i += LANES) {
            long at = values + (long) i * Float.BYTES;
            store(load(at).mul(factor), at);
        }
        for (; i < n; i++) {
            long at = values + (long) i * Float.BYTES;
            storeOne(loadOne(at) * factor, at);
        }
    }

    private static float dot(long first, long second, int n) {
        FloatVector even = zero();
        FloatVector odd = zero();
        int i = 0;
        for (int bound = n & -2 * LANES; i < bound; i += 2 * LANES) {
            long at = (long) i * Float.BYTES;
            even = load(first + at).fma(load(second + at), even);
            odd = load(first + at + BYTES).fma(load(second + at + BYTES), odd);
        }
        if (i + LANES <= n) {
            long at = (long) i * Float.BYTES;
            even = load(first + at).fma(load(second + at), even);
            i += LANES;
        }
        if (i < n) {
            long at = (long) i * Float.BYTES;
            VectorMask<Float> rest = first(n - i);
            odd = load(first + at, rest).fma(load(second + at, rest), odd);
        }
        return VectorMath.sum(even.add(odd));
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
        checkStrided(logits, stride, columns, from, to);
        checkVector(bias, columns);
        double loss = 0;
        for (long r = from; r < to; r++) {
            long x = logits.address() + r * stride * Float.BYTES;
            float largest = scaleAndAdd(x, bias.address(), columns, scale);
            loss += crossEntropyRow(x, columns, targets, targetOffset + (int) r, scale, gradientScale, largest);
        }
        return loss;
    }

    /** {@code x = scale·x + bias}; gives the largest. */
    private static float scaleAndAdd(long values, long bias, int n, float scale) {
        FloatVector factor = FloatVector.broadcast(SPECIES, scale);
        FloatVector largest = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        int bound = whole(n);
        int i = 0;
        for (; i < bound; i += LANES) {
            long at = (long) i * Float.BYTES;
            FloatVector x = load(values + at).fma(factor, load(bias + at));
            store(x, values + at);
            largest = VectorMath.larger(largest, x);
        }
        float result = VectorMath.largest(largest);
        for (; i < n; i++) {
            long at = (long) i * Float.BYTES;
            float x = Math.fma(loadOne(values + at), scale, loadOne(bias + at));
            storeOne(x, values + at);
            result = Math.max(result, x);
        }
        return result;
    }

    /**
     * Loss and gradient of a row of scaled logits.
     *
     * <p>In one method, so that it is too long (above 325 bytes of code) to be inlined into callers that are long themselves: the
     * compiler would run out of nodes in the middle of exp and make an object of each vector.
     */
    private static double crossEntropyRow(
            long values, int n, int[] targets, int row, float scale, float gradientScale, float largest) {
        int target = targets[row];
        if (target < 0 || target >= n) {
            throw new IndexOutOfBoundsException("class " + target + " is outside " + n + " classes");
        }
        long hit = values + (long) target * Float.BYTES;
        float chosen = loadOne(hit);
        FloatVector shift = FloatVector.broadcast(SPECIES, -largest);
        FloatVector sums = zero();
        int bound = whole(n);
        for (int i = 0; i < bound; i += LANES) {
            long at = values + (long) i * Float.BYTES;
            FloatVector e = VectorMath.exp(load(at).add(shift));
            store(e, at);
            sums = sums.add(e);
        }
        float sum0 = sums.lane(0);
        float sum1 = sums.lane(1);
        float sum2 = sums.lane(2);
        float sum3 = sums.lane(3);
        float sum4 = sums.lane(4);
        float sum5 = sums.lane(5);
        float sum6 = sums.lane(6);
        float sum7 = sums.lane(7);
        for (int i = bound; i < n; i++) {
            long at = values + (long) i * Float.BYTES;
            float e = VectorMath.exp(loadOne(at) - largest);
            storeOne(e, at);
            switch (i - bound) {
                case 0 -> sum0 += e;
                case 1 -> sum1 += e;
                case 2 -> sum2 += e;
                case 3 -> sum3 += e;
                case 4 -> sum4 += e;
                case 5 -> sum5 += e;
                case 6 -> sum6 += e;
                default -> throw new AssertionError("more than " + (LANES - 1) + " values are left over");
            }
        }
        // In the order of VectorMath.sum
        float sum = ((sum0 + sum4) + (sum2 + sum6)) + ((sum1 + sum5) + (sum3 + sum7));
        float step = gradientScale * scale;
        scaleRow(values, n, step / sum);
        storeOne(loadOne(hit) - step, hit);
        return StrictMath.log(sum) + largest - chosen;
    }

    @Override
    public void gatherEmbeddings(
            int[] tokens, int[] positions, Tensor word, Tensor position, Tensor type, Tensor result, int from, int to) {
        int n = result.columns();
        checkRows(result, from, to, n);
        checkVector(type, n);
        boolean added = position.rows() > 0;
        for (int r = from; r < to; r++) {
            checkIndex(tokens[r], word);
            long x = row(result, r);
            MemorySegment.copy(MEMORY, row(word, tokens[r]), MEMORY, x, (long) n * Float.BYTES);
            addTo(x, type.address(), n);
            if (added) {
                checkIndex(positions[r], position);
                addTo(x, row(position, positions[r]), n);
            }
        }
    }

    @Override
    public void gatherRows(Tensor values, int[] indices, Tensor result, int from, int to) {
        long bytes = (long) values.columns() * Float.BYTES;
        checkRows(result, from, to, values.columns());
        for (int r = from; r < to; r++) {
            checkIndex(indices[r], values);
            MemorySegment.copy(MEMORY, row(values, indices[r]), MEMORY, row(result, r), bytes);
        }
    }

    @Override
    public void scatterAddRows(
            Tensor values, int[] indices, Tensor target, int columnFrom, int columnTo, int from, int to) {
        checkRows(values, from, to, columnTo);
        long skip = (long) columnFrom * Float.BYTES;
        for (int r = from; r < to; r++) {
            checkIndex(indices[r], target);
            addTo(row(target, indices[r]) + skip, row(values, r) + skip, columnTo - columnFrom);
        }
    }

    @Override
    public void meanRows(Tensor values, int[] starts, Tensor result, int from, int to) {
        int n = values.columns();
        checkRows(values, starts[from], starts[to], n);
        checkRows(result, from, to, n);
        for (int group = from; group < to; group++) {
            long mean = row(result, group);
            MEMORY.asSlice(mean, (long) n * Float.BYTES).fill((byte) 0);
            for (int r = starts[group]; r < starts[group + 1]; r++) {
                addTo(mean, row(values, r), n);
            }
            scaleRow(mean, n, 1f / (starts[group + 1] - starts[group]));
        }
    }

    @Override
    public void meanRowsBackward(Tensor gradient, int[] starts, Tensor result, int from, int to) {
        int n = gradient.columns();
        long bytes = (long) n * Float.BYTES;
        checkRows(gradient, from, to, n);
        checkRows(result, starts[from], starts[to], n);
        for (int group = from; group < to; group++) {
            int first = starts[group];
            if (first == starts[group + 1]) {
                continue;
            }
            MemorySegment.copy(MEMORY, row(gradient, group), MEMORY, row(result, first), bytes);
            scaleRow(row(result, first), n, 1f / (starts[group + 1] - first));
            for (int r = first + 1; r < starts[group + 1]; r++) {
                MemorySegment.copy(MEMORY, row(result, first), MEMORY, row(result, r), bytes);
            }
        }
    }

    @Override
    public void normalize(Tensor values, int columns, Tensor result, Tensor lengths, long from, long to) {
        checkRows(values, from, to, columns);
        checkRows(result, from, to, columns);
        checkRows(lengths, from, to, 1);
        for (long r = from; r < to; r++) {
            long x = row(values, r);
            long y = row(result, r);
            float length = (float) Math.sqrt(dot(x, x, columns));
            storeOne(length, row(lengths, r));
            FloatVector divisor = FloatVector.broadcast(SPECIES, length == 0f ? 1f : length);
            int bound = whole(columns);
            int i = 0;
            for (; i < bound; i += LANES) {
                long at = (long) i * Float.BYTES;
                store(load(x + at).div(divisor), y + at);
            }
            if (i < columns) {
                long at = (long) i * Float.BYTES;
                VectorMask<Float> rest = first(columns - i);
                store(load(x + at, rest).div(divisor), y + at, rest);
            }
        }
    }

    @Override
    public void normalizeBackward(
            Tensor result, Tensor lengths, Tensor gradient, float weight, Tensor target, long from, long to) {
        int n = result.columns();
        checkRows(result, from, to, n);
        checkRows(gradient, from, to, n);
        checkRows(target, from, to, n);
        checkRows(lengths, from, to, 1);
        for (long r = from; r < to; r++) {
            long y = row(result, r);
            long g = row(gradient, r);
            long t = row(target, r);
            float length = loadOne(row(lengths, r));
            FloatVector factor = FloatVector.broadcast(SPECIES, length == 0f ? 0f : weight / length);
            FloatVector along = FloatVector.broadcast(SPECIES, -dot(y, g, n));
            int bound = whole(n);
            int i = 0;
            for (; i < bound; i += LANES) {
                long at = (long) i * Float.BYTES;
                FloatVector across = load(y + at).fma(along, load(g + at));
                store(across.fma(factor, load(t + at)), t + at);
            }
            if (i < n) {
                long at = (long) i * Float.BYTES;
                VectorMask<Float> rest = first(n - i);
                FloatVector across = load(y + at, rest).fma(along, load(g + at, rest));
                store(across.fma(factor, load(t + at, rest)), t + at, rest);
            }
        }
    }

    @Override
    public void drain(Tensor target, Tensor source, long from, long to) {
        checkFlat(target, from, to);
        checkFlat(source, from, to);
        long t = target.address();
        long s = source.address();
        long i = from;
        for (; i + LANES <= to; i += LANES) {
            long at = i * Float.BYTES;
            store(load(t + at).add(load(s + at)), t + at);
            store(zero(), s + at);
        }
        for (; i < to; i++) {
            long at = i * Float.BYTES;
            storeOne(loadOne(t + at) + loadOne(s + at), t + at);
            storeOne(0f, s + at);
        }
    }

    @Override
    public double sumOfSquares(Tensor values, long from, long to) {
        checkFlat(values, from, to);
        double total = 0;
        for (long i = from; i < to; i += SQUARES_RUN) {
            long at = values.address() + i * Float.BYTES;
            total += dot(at, at, (int) Math.min(SQUARES_RUN, to - i));
        }
        return total;
    }

    @Override
    public float largestMagnitude(Tensor values, long from, long to) {
        checkFlat(values, from, to);
        float largest = 0;
        for (long i = from; i < to; i++) {
            // Math.max keeps a NaN
            largest = Math.max(largest, Math.abs(loadOne(values.address() + i * Float.BYTES)));
        }
        return largest;
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
        checkFlat(values, from, to);
        checkFlat(gradient, from, to);
        checkFlat(firstMoment, from, to);
        checkFlat(secondMoment, from, to);
        long i = from;
        for (; i < to; i += 1 << 20) {
            long at = i * Float.BYTES;
            adamWRun(
                    values.address() + at,
                    gradient.address() + at,
                    firstMoment.address() + at,
                    secondMoment.address() + at,
                    step,
                    decay,
                    (int) Math.min(1 << 20, to - i));
        }
    }

    private static void adamWRun(
            long values, long gradient, long firstMoment, long secondMoment, AdamWStep step, float decay, int count) {
        FloatVector gradientScale = FloatVector.broadcast(SPECIES, step.gradientScale());
        FloatVector beta1 = FloatVector.broadcast(SPECIES, step.beta1());
        FloatVector rest1 = FloatVector.broadcast(SPECIES, step.oneMinusBeta1());
        FloatVector beta2 = FloatVector.broadcast(SPECIES, step.beta2());
        FloatVector rest2 = FloatVector.broadcast(SPECIES, step.oneMinusBeta2());
        FloatVector stepSize = FloatVector.broadcast(SPECIES, step.stepSize());
        FloatVector correction = FloatVector.broadcast(SPECIES, step.inverseRootCorrection());
        FloatVector epsilon = FloatVector.broadcast(SPECIES, step.epsilon());
        FloatVector kept = FloatVector.broadcast(SPECIES, 1f - decay);
        int bound = whole(count);
        int i = 0;
        for (; i < bound; i += LANES) {
            long at = (long) i * Float.BYTES;
            FloatVector g = load(gradient + at).mul(gradientScale);
            FloatVector m = load(firstMoment + at).mul(beta1);
            m = g.fma(rest1, m);
            FloatVector v = load(secondMoment + at).mul(beta2);
            v = g.mul(g).fma(rest2, v);
            store(m, firstMoment + at);
            store(v, secondMoment + at);
            store(zero(), gradient + at);
            FloatVector root = v.lanewise(VectorOperators.SQRT).fma(correction, epsilon);
            store(load(values + at).mul(kept).sub(m.mul(stepSize).div(root)), values + at);
        }
        if (i < count) {
            long at = (long) i * Float.BYTES;
            VectorMask<Float> rest = first(count - i);
            FloatVector g = load(gradient + at, rest).mul(gradientScale);
            FloatVector m = load(firstMoment + at, rest).mul(beta1);
            m = g.fma(rest1, m);
            FloatVector v = load(secondMoment + at, rest).mul(beta2);
            v = g.mul(g).fma(rest2, v);
            store(m, firstMoment + at, rest);
            store(v, secondMoment + at, rest);
            store(zero(), gradient + at, rest);
            FloatVector root = v.lanewise(VectorOperators.SQRT).fma(correction, epsilon);
            store(load(values + at, rest).mul(kept).sub(m.mul(stepSize).div(root)), values + at, rest);
        }
    }

    @Override
    public void adamWWithoutGradient(
            Tensor values, Tensor firstMoment, Tensor secondMoment, AdamWStep step, float decay, long from, long to) {
        checkFlat(values, from, to);
        checkFlat(firstMoment, from, to);
        checkFlat(secondMoment, from, to);
        FloatVector beta1 = FloatVector.broadcast(SPECIES, step.beta1());
        FloatVector beta2 = FloatVector.broadcast(SPECIES, step.beta2());
        FloatVector stepSize = FloatVector.broadcast(SPECIES, step.stepSize());
        FloatVector correction = FloatVector.broadcast(SPECIES, step.inverseRootCorrection());
        FloatVector epsilon = FloatVector.broadcast(SPECIES, step.epsilon());
        float kept = 1f - decay;
        long i = from;
        for (; i + LANES <= to; i += LANES) {
            long at = i * Float.BYTES;
            long w = values.address() + at;
            // Adding 0 turns a negative 0 into a positive one, as adding a gradient of 0 does
            FloatVector m = load(firstMoment.address() + at).mul(beta1).add(zero());
            FloatVector v = load(secondMoment.address() + at).mul(beta2);
            store(m, firstMoment.address() + at);
            store(v, secondMoment.address() + at);
            FloatVector root = v.lanewise(VectorOperators.SQRT).fma(correction, epsilon);
            store(load(w).mul(kept).sub(m.mul(stepSize).div(root)), w);
        }
        for (; i < to; i++) {
            long at = i * Float.BYTES;
            long w = values.address() + at;
            float m = loadOne(firstMoment.address() + at) * step.beta1() + 0f;
            float v = loadOne(secondMoment.address() + at) * step.beta2();
            storeOne(m, firstMoment.address() + at);
            storeOne(v, secondMoment.address() + at);
            float root = Math.fma((float) Math.sqrt(v), step.inverseRootCorrection(), step.epsilon());
            storeOne(loadOne(w) * kept - m * step.stepSize() / root, w);
        }
    }

    @Override
    public void decay(Tensor values, float decay, long from, long to) {
        checkFlat(values, from, to);
        for (long i = from; i < to; i += 1 << 20) {
            scaleRow(values.address() + i * Float.BYTES, (int) Math.min(1 << 20, to - i), 1f - decay);
        }
    }
}
