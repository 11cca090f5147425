package dev.firn.training.kernels;

/**
 * What is not a matrix product, forward and backward, fused where one pass over memory does for two. Each call is the work of one
 * thread on rows {@code from} (inclusive) to {@code to} (exclusive); calls on other rows may run at the same time. Parameters of
 * a layer (gamma, beta, biases) are tensors of one row. Gradients of parameters are added to what the target holds.
 */
public interface Kernels {
    /** {@code values += bias} in columns {@code columnFrom} to {@code columnTo} of each row. */
    void addBias(Tensor values, Tensor bias, int columnFrom, int columnTo, long from, long to);

    /** {@code target[0,c] += sum over rows of values[r,c]} for columns {@code columnFrom} to {@code columnTo}. */
    void columnSums(Tensor values, Tensor target, int columnFrom, int columnTo, long from, long to);

    /**
     * {@code values += bias; result = gelu(values)} with {@code gelu(x) = x·(1 + erf(x/√2))/2} (Hendrycks and Gimpel 2016).
     *
     * @param values the sum is kept here for the backward pass
     */
    void biasGelu(Tensor values, Tensor bias, Tensor result, long from, long to);

    /**
     * Backward of {@link #biasGelu}.
     *
     * @param values what {@code biasGelu} left there
     * @param gradient in: of the result; out: of the values
     * @param result receives {@code gelu(values)} once more
     * @param biasGradient the column sums of the outgoing gradient are added
     */
    void biasGeluBackward(Tensor values, Tensor gradient, Tensor result, Tensor biasGradient, long from, long to);

    /**
     * {@code result = gelu(gate)·up}, a gated unit (Shazeer 2020, arXiv 2002.05202).
     *
     * @param values [rows, 2·columns of the result]: up in the first half of a row, gate in the second
     */
    void gatedGelu(Tensor values, Tensor result, long from, long to);

    /**
     * Backward of {@link #gatedGelu}.
     *
     * @param values in: what {@code gatedGelu} was given; out: its gradient
     * @param gradient of the result
     * @param result receives {@code gelu(gate)·up} once more
     */
    void gatedGeluBackward(Tensor values, Tensor gradient, Tensor result, long from, long to);

    /**
     * Rotates each head of a row by the angles of the row's position (Su et al. 2021, arXiv 2104.09864), in place: {@code (a, b)}
     * becomes {@code (a·cos - b·sin, b·cos + a·sin)}, where a is in the first half of a head and b at its place in the second.
     *
     * @param columnFrom where the first head begins; heads end at {@code columnTo}
     * @param rotations [positions, head width]: in each row the cosines of the angles, then the sines
     * @param positions of each row
     */
    void rotary(Tensor values, int columnFrom, int columnTo, Tensor rotations, int[] positions, long from, long to);

    /** Backward of {@link #rotary}: rotates gradients the other way. */
    void rotaryBackward(
            Tensor gradient, int columnFrom, int columnTo, Tensor rotations, int[] positions, long from, long to);

    /**
     * {@code result = (x - mean)/√(variance + epsilon)·gamma + beta} in each row (Ba et al. 2016), with the population variance.
     *
     * @param statistics [rows, 2], receives mean and 1/√(variance + epsilon)
     */
    void layerNorm(
            Tensor values,
            Tensor gamma,
            Tensor beta,
            float epsilon,
            Tensor result,
            Tensor statistics,
            long from,
            long to);

    /** {@code values += bias + residual}, then {@link #layerNorm} of that. */
    void residualLayerNorm(
            Tensor values,
            Tensor bias,
            Tensor residual,
            Tensor gamma,
            Tensor beta,
            float epsilon,
            Tensor result,
            Tensor statistics,
            long from,
            long to);

    /**
     * Backward of {@link #layerNorm} and {@link #residualLayerNorm}.
     *
     * @param values what was normalised
     * @param gradient in: of the result; out: of the values (and so of the residual)
     * @param sumGradient the column sums of the outgoing gradient are added: the gradient of what every row had added
     */
    void layerNormBackward(
            Tensor values,
            Tensor statistics,
            Tensor gamma,
            Tensor gradient,
            Tensor gammaGradient,
            Tensor betaGradient,
            Tensor sumGradient,
            long from,
            long to);

    /** Floats of memory that {@link #attention} and {@link #attentionBackward} work in, for up to {@code keys} keys. */
    long attentionWorkspace(int keys, int headWidth);

    /**
     * Attention over the keys of one sequence, head by head: {@code softmax(Q·Kᵀ/√width)·V} (Vaswani et al. 2017). A head's width is
     * the result's columns over {@code heads}.
     *
     * @param query queries in the first columns, as many as the result has; rows {@code queryRow} to {@code queryRow + queries}
     * @param projected [tokens, 3·columns], of which keys and values are read: rows {@code keyRow} to {@code keyRow + keys}
     * @param result rows {@code resultRow} to {@code resultRow + queries} are written
     * @param workspace memory of this call's thread, as much as {@link #attentionWorkspace} says
     */
    void attention(
            Tensor query,
            int queryRow,
            int queries,
            Tensor projected,
            int keyRow,
            int keys,
            int heads,
            Tensor result,
            int resultRow,
            Tensor workspace);

    /**
     * Backward of {@link #attention}; computes the probabilities once more.
     *
     * @param resultGradient gradient of the result
     * @param queryGradient receives the gradient of the queries, where {@code query} has them
     * @param projectedGradient receives the gradients of keys and values, where {@code projected} has them: 0 without queries
     */
    void attentionBackward(
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
            Tensor workspace);

    /**
     * Cross entropy of softmax over each row, replaced by its gradient.
     *
     * @param logits in: scores, negative infinity for what is left out; out: {@code gradientScale·scale·(softmax - 1[target])}
     * @param stride distance from one row to the next, whatever the tensor's width
     * @param columns number of classes
     * @param scale the logits are multiplied by it first
     * @param bias one row, added after scaling
     * @param targets class of row {@code r} at {@code targetOffset + r}
     * @return the sum of the rows' losses, natural logarithm
     */
    double crossEntropy(
            Tensor logits,
            int stride,
            int columns,
            float scale,
            Tensor bias,
            int[] targets,
            int targetOffset,
            float gradientScale,
            long from,
            long to);

    /**
     * {@code result = word[token] + position[position] + type} in each row.
     *
     * @param position a table of no rows when none is added
     */
    void gatherEmbeddings(
            int[] tokens, int[] positions, Tensor word, Tensor position, Tensor type, Tensor result, int from, int to);

    /** {@code result[r] = values[indices[r]]}. */
    void gatherRows(Tensor values, int[] indices, Tensor result, int from, int to);

    /**
     * {@code target[indices[r]] += values[r]} for columns {@code columnFrom} to {@code columnTo}, in the order of the rows. Threads
     * must differ in columns, not in rows.
     */
    void scatterAddRows(Tensor values, int[] indices, Tensor target, int columnFrom, int columnTo, int from, int to);

    /** {@code result[g]} is the mean of the rows {@code starts[g]} to {@code starts[g + 1]}, for the groups {@code from} to {@code to}. */
    void meanRows(Tensor values, int[] starts, Tensor result, int from, int to);

    /**
     * Backward of {@link #meanRows}: each row of a group is the group's gradient over the number of its rows.
     *
     * @param gradient of the means
     * @param result of the values, overwritten
     */
    void meanRowsBackward(Tensor gradient, int[] starts, Tensor result, int from, int to);

    /**
     * The first {@code columns} values of each row scaled to length 1. A row of zeros stays zero.
     *
     * @param result of {@code columns} columns
     * @param lengths [rows, 1], receives the Euclidean lengths
     */
    void normalize(Tensor values, int columns, Tensor result, Tensor lengths, long from, long to);

    /**
     * Backward of {@link #normalize}: {@code target += weight·(g - y·(y·g))/length} in the first columns of each row.
     *
     * @param result what {@code normalize} gave
     * @param gradient of the result
     * @param target of the values, added to
     */
    void normalizeBackward(
            Tensor result, Tensor lengths, Tensor gradient, float weight, Tensor target, long from, long to);

    /** {@code target += source; source = 0} for the values {@code from} to {@code to} of the flat tensors. */
    void drain(Tensor target, Tensor source, long from, long to);

    /** {@link #sumOfSquares} adds up runs of this many values, the first of which begins at {@code from}. */
    int SQUARES_RUN = 4096;

    /** Sum of the squares of the values {@code from} to {@code to}; NaN or infinite when one of them is. */
    double sumOfSquares(Tensor values, long from, long to);

    /** The largest absolute value of those from {@code from} to {@code to}; NaN when one of them is. */
    float largestMagnitude(Tensor values, long from, long to);

    /**
     * One step of AdamW for the values {@code from} to {@code to} of the flat tensors, after which the gradient is 0:
     * {@code w -= decay·w; m = β1·m + (1-β1)·g; v = β2·v + (1-β2)·g²; w -= stepSize·m/(√v·inverseRootCorrection + ε)} with
     * {@code g} the gradient times {@code gradientScale}.
     */
    void adamW(
            Tensor values,
            Tensor gradient,
            Tensor firstMoment,
            Tensor secondMoment,
            AdamWStep step,
            float decay,
            long from,
            long to);

    /** {@link #adamW} for values whose gradient is 0, which is not read: the same bits. */
    void adamWWithoutGradient(
            Tensor values, Tensor firstMoment, Tensor secondMoment, AdamWStep step, float decay, long from, long to);

    /** {@code values -= decay·values}: {@link #adamW} for values whose gradient and moments are 0, in the same bits. */
    void decay(Tensor values, float decay, long from, long to);

    /**
     * The numbers of one AdamW step.
     *
     * @param gradientScale gradients are multiplied by it (clipping)
     * @param stepSize learning rate over {@code 1 - β1^t}
     * @param inverseRootCorrection {@code 1/√(1 - β2^t)}
     */
    record AdamWStep(
            float gradientScale,
            float beta1,
            float oneMinusBeta1,
            float beta2,
            float oneMinusBeta2,
            float stepSize,
            float inverseRootCorrection,
            float epsilon) {}
}
