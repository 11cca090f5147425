package dev.firn.training.kernels;

import static dev.firn.training.kernels.VectorKernels.BYTES;
import static dev.firn.training.kernels.VectorKernels.LANES;
import static dev.firn.training.kernels.VectorKernels.load;
import static dev.firn.training.kernels.VectorKernels.loadOne;
import static dev.firn.training.kernels.VectorKernels.store;
import static dev.firn.training.kernels.VectorKernels.storeOne;
import static dev.firn.training.kernels.VectorKernels.zero;
import static dev.firn.training.kernels.VectorMath.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Attention of one sequence, head by head, with products of its own: those of a head are so small that a call of BLAS costs more
 * than its arithmetic.
 *
 * <p>What stands on the right of a product is packed into panels of 16 columns, one after the other, padded with zeros; a tile of 4
 * rows and one panel is summed in registers. Rows of scores are padded to whole panels. Queries are taken in blocks, so scores are
 * never whole; keys and values of one head are packed once. Every sum runs in the order of its terms. Probabilities are not divided
 * by their sum where they stand: what they are multiplied with is shorter.
 *
 * <p>Loops over addresses, {@code while (at < end)}, and not over a counter: those the compiler splits into three, which costs short
 * ones more than it gains.
 */
final class VectorAttention {
    private static final int TILE_ROWS = 4;
    private static final int PANEL = 2 * LANES;
    private static final long PANEL_BYTES = (long) PANEL * Float.BYTES;
    private static final int QUERY_BLOCK = 64;
    /** Rows of a panel that are gone through before the next tile begins: what the first-level cache holds. */
    private static final int DEPTH_BLOCK = 256;

    // Lanes whose numbers differ in one bit change places; those where the bit is set
    private static final VectorShuffle<Float> ACROSS_4 = VectorShuffle.fromOp(SPECIES, lane -> lane ^ 4);
    private static final VectorShuffle<Float> ACROSS_2 = VectorShuffle.fromOp(SPECIES, lane -> lane ^ 2);
    private static final VectorShuffle<Float> ACROSS_1 = VectorShuffle.fromOp(SPECIES, lane -> lane ^ 1);
    private static final VectorMask<Float> ODD_4 = VectorMask.fromLong(SPECIES, 0b11110000);
    private static final VectorMask<Float> ODD_2 = VectorMask.fromLong(SPECIES, 0b11001100);
    private static final VectorMask<Float> ODD_1 = VectorMask.fromLong(SPECIES, 0b10101010);

    private VectorAttention() {}

    private static int padded(int columns) {
        return (columns + PANEL - 1) / PANEL * PANEL;
    }

    /** Bytes from one row of scores to the next: an odd number of panels, as rows at powers of two share cache lines. */
    private static long scoreStride(int paddedKeys) {
        return (paddedKeys / PANEL | 1) * PANEL_BYTES;
    }

    private static float scale(int width) {
        return (float) (1 / Math.sqrt(width));
    }

    // The workspace: first what a block of queries takes, then what is as long as there are keys

    private static long blockBytes(int width) {
        return QUERY_BLOCK * (long) padded(width) * Float.BYTES;
    }

    private static long inverses(long padding, int paddedKeys) {
        return padding + (long) paddedKeys * Float.BYTES;
    }

    private static long queries(long padding, int paddedKeys) {
        return inverses(padding, paddedKeys) + QUERY_BLOCK * Float.BYTES;
    }

    /** Floats of memory that one call works in, backward included. */
    static long workspace(int keys, int headWidth) {
        long paddedKeys = padded(keys);
        long paddedWidth = padded(headWidth);
        long ofQueries = QUERY_BLOCK * (1 + 5 * paddedWidth);
        long scores = 2L * QUERY_BLOCK * (paddedKeys + PANEL);
        long transposed = 2L * headWidth * paddedKeys;
        long ofKeys = 3 * paddedKeys * paddedWidth;
        return paddedKeys + ofQueries + scores + transposed + ofKeys;
    }

    /**
     * {@link Kernels#attention} on addresses.
     *
     * @param queryStride bytes from one query to the next
     */
    static void forward(
            long query,
            long queryStride,
            int queries,
            long projected,
            int keys,
            int heads,
            int width,
            long result,
            long workspace) {
        long headBytes = (long) width * Float.BYTES;
        long hiddenBytes = heads * headBytes;
        long projectedStride = 3 * hiddenBytes;
        int paddedKeys = padded(keys);
        int paddedWidth = padded(width);
        long scoreStride = scoreStride(paddedKeys);
        long widthStride = (long) paddedWidth * Float.BYTES;
        long inverses = inverses(workspace, paddedKeys);
        long sums = queries(workspace, paddedKeys) + blockBytes(width);
        long scores = sums + blockBytes(width);
        long keysTransposed = scores + QUERY_BLOCK * scoreStride;
        long values = keysTransposed + (long) paddedKeys * headBytes;
        padding(keys, paddedKeys, workspace);
        for (int head = 0; head < heads; head++) {
            long column = head * headBytes;
            long key = projected + hiddenBytes + column;
            packTransposed(key, projectedStride, keys, width, keysTransposed);
            packRows(key + hiddenBytes, projectedStride, keys, width, values);
            for (int block = 0; block < queries; block += QUERY_BLOCK) {
                int count = Math.min(QUERY_BLOCK, queries - block);
                long blockQuery = query + block * queryStride + column;
                exponentials(blockQuery, queryStride, count, keysTransposed, width, paddedKeys, workspace, scores);
                clear(sums, count * paddedWidth);
                addProduct(scores, scoreStride, Float.BYTES, values, count, keys, paddedWidth, sums, widthStride);
                scaleRows(sums, widthStride, count, paddedWidth, inverses);
                copyRows(sums, widthStride, count, width, result + block * hiddenBytes + column, hiddenBytes);
            }
        }
    }

    /** {@link Kernels#attentionBackward} on addresses. */
    static void backward(
            long query,
            long queryStride,
            int queries,
            long projected,
            int keys,
            int heads,
            int width,
            long resultGradient,
            long queryGradient,
            long projectedGradient,
            long workspace) {
        long headBytes = (long) width * Float.BYTES;
        long hiddenBytes = heads * headBytes;
        long projectedStride = 3 * hiddenBytes;
        int paddedKeys = padded(keys);
        int paddedWidth = padded(width);
        long widthStride = (long) paddedWidth * Float.BYTES;
        long keysTransposed =
                queries(workspace, paddedKeys) + 5 * blockBytes(width) + 2 * QUERY_BLOCK * scoreStride(paddedKeys);
        long valuesTransposed = keysTransposed + paddedKeys * headBytes;
        long packedKeys = valuesTransposed + paddedKeys * headBytes;
        long keyGradients = packedKeys + paddedKeys * widthStride;
        long valueGradients = keyGradients + paddedKeys * widthStride;
        padding(keys, paddedKeys, workspace);
        for (int head = 0; head < heads; head++) {
            long column = head * headBytes;
            long key = projected + hiddenBytes + column;
            packTransposed(key, projectedStride, keys, width, keysTransposed);
            packTransposed(key + hiddenBytes, projectedStride, keys, width, valuesTransposed);
            packRows(key, projectedStride, keys, width, packedKeys);
            clear(keyGradients, keys * paddedWidth);
            clear(valueGradients, keys * paddedWidth);
            for (int block = 0; block < queries; block += QUERY_BLOCK) {
                backwardBlock(
                        query + block * queryStride + column,
                        queryStride,
                        Math.min(QUERY_BLOCK, queries - block),
                        keys,
                        width,
                        resultGradient + block * hiddenBytes + column,
                        hiddenBytes,
                        queryGradient + block * queryStride + column,
                        workspace);
            }
            long keyGradient = projectedGradient + hiddenBytes + column;
            copyRows(keyGradients, widthStride, keys, width, keyGradient, projectedStride);
            copyRows(valueGradients, widthStride, keys, width, keyGradient + hiddenBytes, projectedStride);
        }
    }

    /** The backward pass of a block of queries of one head, whose keys and values are packed in the workspace. */
    private static void backwardBlock(
            long query,
            long queryStride,
            int count,
            int keys,
            int width,
            long gradient,
            long gradientStride,
            long queryGradient,
            long workspace) {
        int paddedKeys = padded(keys);
        int paddedWidth = padded(width);
        long scoreStride = scoreStride(paddedKeys);
        long widthStride = (long) paddedWidth * Float.BYTES;
        long keyBytes = (long) paddedKeys * Float.BYTES;
        long gradients = queries(workspace, paddedKeys) + blockBytes(width);
        long packedQueries = gradients + blockBytes(width);
        long packedGradients = packedQueries + blockBytes(width);
        long queryGradients = packedGradients + blockBytes(width);
        long scores = queryGradients + blockBytes(width);
        long scoreGradients = scores + QUERY_BLOCK * scoreStride;
        long keysTransposed = scoreGradients + QUERY_BLOCK * scoreStride;
        long valuesTransposed = keysTransposed + width * keyBytes;
        long packedKeys = valuesTransposed + width * keyBytes;
        long keyGradients = packedKeys + paddedKeys * widthStride;
        long valueGradients = keyGradients + paddedKeys * widthStride;
        exponentials(query, queryStride, count, keysTransposed, width, paddedKeys, workspace, scores);
        scoreGradients(
                gradient,
                gradientStride,
                count,
                valuesTransposed,
                width,
                paddedKeys,
                workspace,
                scores,
                scoreGradients);
        packRows(query, queryStride, count, width, packedQueries);
        packRows(gradients, widthStride, count, width, packedGradients);
        addProduct(
                scores,
                Float.BYTES,
                scoreStride,
                packedGradients,
                keys,
                count,
                paddedWidth,
                valueGradients,
                widthStride);
        clear(queryGradients, count * paddedWidth);
        addProduct(
                scoreGradients,
                scoreStride,
                Float.BYTES,
                packedKeys,
                count,
                keys,
                paddedWidth,
                queryGradients,
                widthStride);
        addProduct(
                scoreGradients,
                Float.BYTES,
                scoreStride,
                packedQueries,
                keys,
                count,
                paddedWidth,
                keyGradients,
                widthStride);
        copyRows(queryGradients, widthStride, count, width, queryGradient, queryStride);
    }

    /**
     * Probabilities of some queries times the sum of their row, exp(scale·(x - the largest)), with zeros in the padding; the sums'
     * inverses go into the workspace.
     *
     * <p>Too long (above 325 bytes of code) to be inlined, as are {@link #scoreGradients} and {@link #addPanel}: of all of it in one,
     * the compiler runs out of nodes in the middle of a loop, and makes an object of each vector that is left.
     */
    private static void exponentials(
            long query,
            long queryStride,
            int count,
            long keysTransposed,
            int width,
            int paddedKeys,
            long workspace,
            long scores) {
        long scoreStride = scoreStride(paddedKeys);
        long widthStride = (long) padded(width) * Float.BYTES;
        long queries = queries(workspace, paddedKeys);
        // Side by side: where they come from, rows are so far apart that few of them fit into the first-level cache
        copyRows(query, queryStride, count, width, queries, widthStride);
        for (int i = 0; i < count; i++) {
            copy(workspace, scores + i * scoreStride, paddedKeys);
        }
        addProduct(queries, widthStride, Float.BYTES, keysTransposed, count, width, paddedKeys, scores, scoreStride);
        float scale = scale(width);
        FloatVector factor = FloatVector.broadcast(SPECIES, scale);
        long inverse = inverses(workspace, paddedKeys);
        for (int i = 0; i < count; i++) {
            long row = scores + i * scoreStride;
            long end = row + (long) paddedKeys * Float.BYTES;
            FloatVector even = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
            FloatVector odd = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
            long at = row;
            while (at < end) {
                even = VectorMath.larger(even, load(at));
                odd = VectorMath.larger(odd, load(at + BYTES));
                at += PANEL_BYTES;
            }
            float largest = VectorMath.largest(VectorMath.larger(even, odd));
            FloatVector shift = FloatVector.broadcast(SPECIES, -largest * scale);
            FloatVector sum = zero();
            at = row;
            while (at < end) {
                FloatVector e = VectorMath.exp(load(at).fma(factor, shift));
                store(e, at);
                sum = sum.add(e);
                at += BYTES;
            }
            storeOne(1f / VectorMath.sum(sum), inverse);
            inverse += Float.BYTES;
        }
    }

    /**
     * Gradients of the scores of some queries, from what {@link #exponentials} left; those of the queries' results are copied into
     * the workspace and multiplied with the inverses. Too long to be inlined, as {@link #exponentials}.
     */
    private static void scoreGradients(
            long gradient,
            long gradientStride,
            int count,
            long valuesTransposed,
            int width,
            int paddedKeys,
            long workspace,
            long scores,
            long scoreGradients) {
        long scoreStride = scoreStride(paddedKeys);
        long widthStride = (long) padded(width) * Float.BYTES;
        long gradients = queries(workspace, paddedKeys) + blockBytes(width);
        copyRows(gradient, gradientStride, count, width, gradients, widthStride);
        clear(scoreGradients, count * (int) (scoreStride / Float.BYTES));
        addProduct(
                gradients,
                widthStride,
                Float.BYTES,
                valuesTransposed,
                count,
                width,
                paddedKeys,
                scoreGradients,
                scoreStride);
        float scale = scale(width);
        long inverses = inverses(workspace, paddedKeys);
        for (int i = 0; i < count; i++) {
            float inverse = loadOne(inverses + (long) i * Float.BYTES);
            long row = scoreGradients + i * scoreStride;
            long end = row + (long) paddedKeys * Float.BYTES;
            FloatVector even = zero();
            FloatVector odd = zero();
            long e = scores + i * scoreStride;
            long g = row;
            while (g < end) {
                even = load(e).fma(load(g), even);
                odd = load(e + BYTES).fma(load(g + BYTES), odd);
                e += PANEL_BYTES;
                g += PANEL_BYTES;
            }
            FloatVector mean = FloatVector.broadcast(SPECIES, VectorMath.sum(even.add(odd)) * inverse);
            FloatVector factor = FloatVector.broadcast(SPECIES, scale * inverse);
            e = scores + i * scoreStride;
            g = row;
            while (g < end) {
                store(load(g).sub(mean).mul(load(e).mul(factor)), g);
                e += BYTES;
                g += BYTES;
            }
        }
        scaleRows(gradients, widthStride, count, padded(width), inverses);
    }

    /** What a row of scores begins with: 0 for keys, negative infinity for the padding, whose probability then is 0. */
    private static void padding(int keys, int paddedKeys, long target) {
        clear(target, paddedKeys);
        for (int i = keys; i < paddedKeys; i++) {
            storeOne(Float.NEGATIVE_INFINITY, target + (long) i * Float.BYTES);
        }
    }

    private static void scaleRows(long rows, long stride, int count, int columns, long factors) {
        for (int i = 0; i < count; i++) {
            FloatVector factor = FloatVector.broadcast(SPECIES, loadOne(factors + (long) i * Float.BYTES));
            long at = rows + i * stride;
            long end = at + (long) columns * Float.BYTES;
            while (at < end) {
                store(load(at).mul(factor), at);
                at += BYTES;
            }
        }
    }

    /** Rows of {@code width} values as panels of rows: panel by panel, row by row, 16 values each. */
    private static void packRows(long source, long stride, int rows, int width, long target) {
        long to = target;
        for (int column = 0; column < width; column += PANEL) {
            int count = Math.min(PANEL, width - column);
            long from = source + (long) column * Float.BYTES;
            if (count == PANEL) {
                for (int r = 0; r < rows; r++) {
                    store(load(from), to);
                    store(load(from + BYTES), to + BYTES);
                    from += stride;
                    to += PANEL_BYTES;
                }
            } else {
                for (int r = 0; r < rows; r++) {
                    store(zero(), to);
                    store(zero(), to + BYTES);
                    for (int i = 0; i < count; i++) {
                        storeOne(loadOne(from + (long) i * Float.BYTES), to + (long) i * Float.BYTES);
                    }
                    from += stride;
                    to += PANEL_BYTES;
                }
            }
        }
    }

    /** The transpose of rows of {@code width} values, as panels: 16 rows of the source side by side. */
    private static void packTransposed(long source, long stride, int rows, int width, long target) {
        int wholeRows = rows & -LANES;
        int wholeWidth = width & -LANES;
        for (int row = 0; row < padded(rows); row += LANES) {
            long from = source + row * stride;
            long to = target + row / PANEL * (width * PANEL_BYTES) + row % PANEL * (long) Float.BYTES;
            if (row < wholeRows) {
                for (int d = 0; d < wholeWidth; d += LANES) {
                    transpose(from + (long) d * Float.BYTES, stride, to + d * PANEL_BYTES);
                }
                transposeOnes(from, stride, LANES, wholeWidth, width, to);
            } else {
                transposeOnes(from, stride, rows - row, 0, width, to);
            }
        }
    }

    /** Eight rows of eight values, whose transpose is 16 apart: in three rounds, rows 4, 2 and 1 apart exchange halves. */
    private static void transpose(long source, long stride, long target) {
        FloatVector r0 = load(source);
        FloatVector r1 = load(source + stride);
        FloatVector r2 = load(source + 2 * stride);
        FloatVector r3 = load(source + 3 * stride);
        FloatVector r4 = load(source + 4 * stride);
        FloatVector r5 = load(source + 5 * stride);
        FloatVector r6 = load(source + 6 * stride);
        FloatVector r7 = load(source + 7 * stride);
        FloatVector s0 = r0.blend(r4.rearrange(ACROSS_4), ODD_4);
        FloatVector s4 = r0.rearrange(ACROSS_4).blend(r4, ODD_4);
        FloatVector s1 = r1.blend(r5.rearrange(ACROSS_4), ODD_4);
        FloatVector s5 = r1.rearrange(ACROSS_4).blend(r5, ODD_4);
        FloatVector s2 = r2.blend(r6.rearrange(ACROSS_4), ODD_4);
        FloatVector s6 = r2.rearrange(ACROSS_4).blend(r6, ODD_4);
        FloatVector s3 = r3.blend(r7.rearrange(ACROSS_4), ODD_4);
        FloatVector s7 = r3.rearrange(ACROSS_4).blend(r7, ODD_4);
        transposeHalf(s0, s1, s2, s3, target);
        transposeHalf(s4, s5, s6, s7, target + 4 * PANEL_BYTES);
    }

    private static void transposeHalf(FloatVector s0, FloatVector s1, FloatVector s2, FloatVector s3, long target) {
        FloatVector t0 = s0.blend(s2.rearrange(ACROSS_2), ODD_2);
        FloatVector t2 = s0.rearrange(ACROSS_2).blend(s2, ODD_2);
        FloatVector t1 = s1.blend(s3.rearrange(ACROSS_2), ODD_2);
        FloatVector t3 = s1.rearrange(ACROSS_2).blend(s3, ODD_2);
        store(t0.blend(t1.rearrange(ACROSS_1), ODD_1), target);
        store(t0.rearrange(ACROSS_1).blend(t1, ODD_1), target + PANEL_BYTES);
        store(t2.blend(t3.rearrange(ACROSS_1), ODD_1), target + 2 * PANEL_BYTES);
        store(t2.rearrange(ACROSS_1).blend(t3, ODD_1), target + 3 * PANEL_BYTES);
    }

    /** What is left over of {@code count} of eight rows, and zeros for rows that are not there. */
    private static void transposeOnes(long source, long stride, int count, int from, int width, long target) {
        for (int r = 0; r < LANES; r++) {
            long row = source + r * stride;
            long to = target + (long) r * Float.BYTES;
            for (int d = from; d < width; d++) {
                storeOne(r < count ? loadOne(row + (long) d * Float.BYTES) : 0f, to + d * PANEL_BYTES);
            }
        }
    }

    private static void copyRows(long source, long sourceStride, int rows, int width, long target, long targetStride) {
        long whole = (width & -LANES) * (long) Float.BYTES;
        long rest = (width % LANES) * (long) Float.BYTES;
        long lastRow = source + rows * sourceStride;
        long to = target;
        for (long from = source; from < lastRow; from += sourceStride) {
            long at = 0;
            while (at < whole) {
                store(load(from + at), to + at);
                at += BYTES;
            }
            while (at < whole + rest) {
                storeOne(loadOne(from + at), to + at);
                at += Float.BYTES;
            }
            to += targetStride;
        }
    }

    private static void clear(long target, int count) {
        for (int i = 0; i < count; i += LANES) {
            store(zero(), target + (long) i * Float.BYTES);
        }
    }

    private static void copy(long source, long target, int count) {
        long end = source + (long) count * Float.BYTES;
        long to = target;
        for (long from = source; from < end; from += BYTES) {
            store(load(from), to);
            to += BYTES;
        }
    }

    /**
     * {@code C += A·B}.
     *
     * @param rowStride bytes from one row of A to the next; {@code depthStride} from one term of the sum to the next
     * @param b packed in panels of {@code depth} rows
     * @param columns of B and C, a multiple of 16
     */
    private static void addProduct(
            long a,
            long rowStride,
            long depthStride,
            long b,
            int rows,
            int depth,
            int columns,
            long c,
            long resultStride) {
        for (int first = 0; first < depth; first += DEPTH_BLOCK) {
            int count = Math.min(DEPTH_BLOCK, depth - first);
            for (int column = 0; column < columns; column += PANEL) {
                addPanel(
                        a + first * depthStride,
                        rowStride,
                        depthStride,
                        b + ((long) column / PANEL * depth + first) * PANEL_BYTES,
                        rows,
                        count,
                        c + (long) column * Float.BYTES,
                        resultStride);
            }
        }
    }

    /** {@link #addProduct} for 16 columns and as many terms as the panel has rows. */
    private static void addPanel(
            long a, long rowStride, long depthStride, long panel, int rows, int depth, long c, long resultStride) {
        long end = panel + depth * PANEL_BYTES;
        for (int row = 0; row < rows; row += TILE_ROWS) {
            // Where rows run out, the last one is computed again: the same bits in the same place
            int rest = rows - row - 1;
            long a0 = a + row * rowStride;
            long a1 = a0 + Math.min(1, rest) * rowStride;
            long a2 = a0 + Math.min(2, rest) * rowStride;
            long a3 = a0 + Math.min(3, rest) * rowStride;
            long c0 = c + row * resultStride;
            long c1 = c0 + Math.min(1, rest) * resultStride;
            long c2 = c0 + Math.min(2, rest) * resultStride;
            long c3 = c0 + Math.min(3, rest) * resultStride;
            FloatVector low0 = load(c0);
            FloatVector low1 = load(c1);
            FloatVector low2 = load(c2);
            FloatVector low3 = load(c3);
            FloatVector high0 = load(c0 + BYTES);
            FloatVector high1 = load(c1 + BYTES);
            FloatVector high2 = load(c2 + BYTES);
            FloatVector high3 = load(c3 + BYTES);
            long b = panel;
            long at = 0;
            while (b < end) {
                FloatVector low = load(b);
                FloatVector high = load(b + BYTES);
                FloatVector x0 = FloatVector.broadcast(SPECIES, loadOne(a0 + at));
                low0 = x0.fma(low, low0);
                high0 = x0.fma(high, high0);
                FloatVector x1 = FloatVector.broadcast(SPECIES, loadOne(a1 + at));
                low1 = x1.fma(low, low1);
                high1 = x1.fma(high, high1);
                FloatVector x2 = FloatVector.broadcast(SPECIES, loadOne(a2 + at));
                low2 = x2.fma(low, low2);
                high2 = x2.fma(high, high2);
                FloatVector x3 = FloatVector.broadcast(SPECIES, loadOne(a3 + at));
                low3 = x3.fma(low, low3);
                high3 = x3.fma(high, high3);
                b += PANEL_BYTES;
                at += depthStride;
            }
            store(low0, c0);
            store(low1, c1);
            store(low2, c2);
            store(low3, c3);
            store(high0, c0 + BYTES);
            store(high1, c1 + BYTES);
            store(high2, c2 + BYTES);
            store(high3, c3 + BYTES);
        }
    }
}
