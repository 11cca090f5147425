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

/**
 * Attention of one sequence, head by head, with products of its own: those of a head are so small that a call of BLAS costs more
 * than its arithmetic.
 *
 * <p>What stands on the right of a product is packed into panels of 16 columns, one after the other, padded with zeros; a tile of 4
 * rows and one panel is summed in registers. Rows of scores are padded to whole panels. Queries are taken in blocks, so scores are
 * never whole; keys and values of one head are packed once. Every sum runs in the order of its terms.
 */
final class VectorAttention {
    private static final int TILE_ROWS = 4;
    private static final int PANEL = 2 * LANES;
    private static final long PANEL_BYTES = (long) PANEL * Float.BYTES;
    private static final int QUERY_BLOCK = 64;
    /** Rows of a panel that are gone through before the next tile begins: what the first-level cache holds. */
    private static final int DEPTH_BLOCK = 256;

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

    /** Floats of memory that one call works in, backward included. */
    static long workspace(int keys, int headWidth) {
        long paddedKeys = padded(keys);
        long paddedWidth = padded(headWidth);
        long scores = 2L * QUERY_BLOCK * (paddedKeys + PANEL);
        long transposed = 2L * headWidth * paddedKeys;
        long ofKeys = 3 * paddedKeys * paddedWidth;
        long ofQueries = 3L * QUERY_BLOCK * paddedWidth;
        return paddedKeys + scores + transposed + ofKeys + ofQueries;
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
        float scale = scale(width);
        int paddedKeys = padded(keys);
        int paddedWidth = padded(width);
        long scoreStride = scoreStride(paddedKeys);
        long widthStride = (long) paddedWidth * Float.BYTES;
        long keyBytes = (long) paddedKeys * Float.BYTES;
        long padding = workspace;
        long scores = padding + keyBytes;
        long keysTransposed = scores + QUERY_BLOCK * scoreStride;
        long values = keysTransposed + width * keyBytes;
        long sums = values + keys * widthStride;
        padding(keys, paddedKeys, padding);
        for (int head = 0; head < heads; head++) {
            long column = head * headBytes;
            long key = projected + hiddenBytes + column;
            packTransposed(key, projectedStride, keys, width, keysTransposed);
            packRows(key + hiddenBytes, projectedStride, keys, width, values);
            for (int block = 0; block < queries; block += QUERY_BLOCK) {
                int count = Math.min(QUERY_BLOCK, queries - block);
                long blockQuery = query + block * queryStride + column;
                probabilities(
                        blockQuery, queryStride, count, keysTransposed, width, paddedKeys, scale, padding, scores);
                clear(sums, count * paddedWidth);
                addProduct(scores, scoreStride, Float.BYTES, values, count, keys, paddedWidth, sums, widthStride);
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
        long keyBytes = (long) paddedKeys * Float.BYTES;
        long keysTransposed = workspace + keyBytes + 2 * QUERY_BLOCK * scoreStride(paddedKeys);
        long valuesTransposed = keysTransposed + width * keyBytes;
        long packedKeys = valuesTransposed + width * keyBytes;
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

    /**
     * The backward pass of a block of queries of one head, whose keys and values are packed in the workspace.
     *
     * <p>Apart from {@link #backward}, and too long (above 325 bytes of code) to be inlined there: of all of it in one, the compiler runs out of nodes in
     * the middle of a loop, and makes an object of each vector that is left.
     */
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
        float scale = scale(width);
        int paddedKeys = padded(keys);
        int paddedWidth = padded(width);
        long scoreStride = scoreStride(paddedKeys);
        long widthStride = (long) paddedWidth * Float.BYTES;
        long keyBytes = (long) paddedKeys * Float.BYTES;
        long scores = workspace + keyBytes;
        long scoreGradients = scores + QUERY_BLOCK * scoreStride;
        long keysTransposed = scoreGradients + QUERY_BLOCK * scoreStride;
        long valuesTransposed = keysTransposed + width * keyBytes;
        long packedKeys = valuesTransposed + width * keyBytes;
        long keyGradients = packedKeys + paddedKeys * widthStride;
        long valueGradients = keyGradients + paddedKeys * widthStride;
        long packedQueries = valueGradients + paddedKeys * widthStride;
        long packedGradients = packedQueries + QUERY_BLOCK * widthStride;
        long queryGradients = packedGradients + QUERY_BLOCK * widthStride;
        packRows(query, queryStride, count, width, packedQueries);
        packRows(gradient, gradientStride, count, width, packedGradients);
        probabilities(query, queryStride, count, keysTransposed, width, paddedKeys, scale, workspace, scores);
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
        clear(scoreGradients, count * (int) (scoreStride / Float.BYTES));
        addProduct(
                gradient,
                gradientStride,
                Float.BYTES,
                valuesTransposed,
                count,
                width,
                paddedKeys,
                scoreGradients,
                scoreStride);
        for (int i = 0; i < count; i++) {
            softmaxBackward(scores + i * scoreStride, scoreGradients + i * scoreStride, paddedKeys, scale);
        }
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

    /** Softmax of scaled scores of some queries, with zeros in the padding. */
    private static void probabilities(
            long query,
            long queryStride,
            int count,
            long keysTransposed,
            int width,
            int paddedKeys,
            float scale,
            long padding,
            long scores) {
        long scoreStride = scoreStride(paddedKeys);
        for (int i = 0; i < count; i++) {
            copy(padding, scores + i * scoreStride, paddedKeys);
        }
        addProduct(query, queryStride, Float.BYTES, keysTransposed, count, width, paddedKeys, scores, scoreStride);
        for (int i = 0; i < count; i++) {
            softmax(scores + i * scoreStride, paddedKeys, scale);
        }
    }

    /** What a row of scores begins with: 0 for keys, negative infinity for the padding, whose probability then is 0. */
    private static void padding(int keys, int paddedKeys, long target) {
        clear(target, paddedKeys);
        for (int i = keys; i < paddedKeys; i++) {
            storeOne(Float.NEGATIVE_INFINITY, target + (long) i * Float.BYTES);
        }
    }

    private static void softmax(long row, int columns, float scale) {
        FloatVector largest = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < columns; i += LANES) {
            largest = VectorMath.larger(largest, load(row + (long) i * Float.BYTES));
        }
        FloatVector factor = FloatVector.broadcast(SPECIES, scale);
        FloatVector shift = FloatVector.broadcast(SPECIES, -VectorMath.largest(largest) * scale);
        FloatVector sum = zero();
        for (int i = 0; i < columns; i += LANES) {
            long at = row + (long) i * Float.BYTES;
            FloatVector e = VectorMath.exp(load(at).fma(factor, shift));
            store(e, at);
            sum = sum.add(e);
        }
        FloatVector inverse = FloatVector.broadcast(SPECIES, 1f / VectorMath.sum(sum));
        for (int i = 0; i < columns; i += LANES) {
            long at = row + (long) i * Float.BYTES;
            store(load(at).mul(inverse), at);
        }
    }

    private static void softmaxBackward(long probabilities, long gradient, int columns, float scale) {
        FloatVector sum = zero();
        for (int i = 0; i < columns; i += LANES) {
            long at = (long) i * Float.BYTES;
            sum = load(probabilities + at).fma(load(gradient + at), sum);
        }
        FloatVector mean = FloatVector.broadcast(SPECIES, VectorMath.sum(sum));
        FloatVector factor = FloatVector.broadcast(SPECIES, scale);
        for (int i = 0; i < columns; i += LANES) {
            long at = (long) i * Float.BYTES;
            store(load(gradient + at).sub(mean).mul(load(probabilities + at)).mul(factor), gradient + at);
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
        long panel = target;
        for (int row = 0; row < rows; row += PANEL) {
            int count = Math.min(PANEL, rows - row);
            for (int r = 0; r < count; r++) {
                long from = source + (row + r) * stride;
                long to = panel + (long) r * Float.BYTES;
                for (int d = 0; d < width; d++) {
                    storeOne(loadOne(from + (long) d * Float.BYTES), to + d * PANEL_BYTES);
                }
            }
            for (int r = count; r < PANEL; r++) {
                long to = panel + (long) r * Float.BYTES;
                for (int d = 0; d < width; d++) {
                    storeOne(0f, to + d * PANEL_BYTES);
                }
            }
            panel += width * PANEL_BYTES;
        }
    }

    private static void copyRows(long source, long sourceStride, int rows, int width, long target, long targetStride) {
        int whole = width & -LANES;
        for (int r = 0; r < rows; r++) {
            long from = source + r * sourceStride;
            long to = target + r * targetStride;
            for (int i = 0; i < whole; i += LANES) {
                long at = (long) i * Float.BYTES;
                store(load(from + at), to + at);
            }
            for (int i = whole; i < width; i++) {
                long at = (long) i * Float.BYTES;
                storeOne(loadOne(from + at), to + at);
            }
        }
    }

    private static void clear(long target, int count) {
        for (int i = 0; i < count; i += LANES) {
            store(zero(), target + (long) i * Float.BYTES);
        }
    }

    private static void copy(long source, long target, int count) {
        for (int i = 0; i < count; i += LANES) {
            long at = (long) i * Float.BYTES;
            store(load(source + at), target + at);
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
            for (int k = 0; k < depth; k++) {
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
