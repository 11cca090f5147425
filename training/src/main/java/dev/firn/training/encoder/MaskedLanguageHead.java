package dev.firn.training.encoder;

import static java.util.Objects.requireNonNull;

import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Kernels;
import dev.firn.training.kernels.MatrixProducts;
import dev.firn.training.kernels.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The head of masked language modelling: dense layer, GELU, norm, then the word table as output matrix (tied) with a bias, and cross
 * entropy, forward and backward in one go.
 *
 * <p>Logits are held for a block of rows at a time. Rows are split over the threads; the gradient of the word table is split by words.
 */
public final class MaskedLanguageHead implements AutoCloseable {
    private static final long BLOCK_VALUES = 4L << 20;
    private static final int SMALLEST_BLOCK = 256;

    private final ComputeContext context;
    private final Kernels kernels;
    private final MatrixProducts products;
    private final int hidden;
    private final int vocabulary;
    private final float epsilon;
    private final int blockRows;
    private final Head values;
    private final Head gradients;
    private final List<Head> partialGradients = new ArrayList<>();
    private final List<Tensor> partials = new ArrayList<>();
    // Nothing was added to every row before this norm, so the sums that its backward pass gives belong to no parameter
    private final List<Tensor> discardedSums = new ArrayList<>();
    private final Tensor logits;
    private final double[] losses;

    private int capacity;
    private Tensor dense = Tensor.zeros(0, 0);
    private Tensor activated = Tensor.zeros(0, 0);
    private Tensor normed = Tensor.zeros(0, 0);
    private Tensor statistics = Tensor.zeros(0, 0);
    private Tensor gradient = Tensor.zeros(0, 0);

    private static final class Head {
        final Tensor whole;
        final Tensor dense;
        final Tensor denseBias;
        final Tensor gamma;
        final Tensor beta;

        Head(int hidden, Tensor flat, long offset) {
            long matrix = ParameterLayout.aligned((long) hidden * hidden);
            long vector = ParameterLayout.aligned(hidden);
            this.dense = flat.view(offset, hidden, hidden);
            this.denseBias = flat.view(offset + matrix, 1, hidden);
            this.gamma = flat.view(offset + matrix + vector, 1, hidden);
            this.beta = flat.view(offset + matrix + 2 * vector, 1, hidden);
            this.whole = flat.view(offset, 1, Math.toIntExact(length(hidden)));
        }

        static long length(int hidden) {
            return ParameterLayout.aligned((long) hidden * hidden) + 3 * ParameterLayout.aligned(hidden);
        }
    }

    private final Tensor word;
    private final Tensor wordGradient;
    private final Tensor bias;
    private final Tensor biasGradient;

    /**
     * @param layout one with a head
     * @param values all parameters, laid out flat
     * @param gradients their gradients, which are added to
     */
    public MaskedLanguageHead(ParameterLayout layout, Tensor values, Tensor gradients, ComputeContext context) {
        if (!layout.hasMaskedLanguageHead()) {
            throw new IllegalArgumentException("the layout has no masked language head");
        }
        EncoderConfiguration configuration = layout.configuration();
        this.context = requireNonNull(context, "context is null");
        this.kernels = context.kernels();
        this.products = context.products();
        this.hidden = configuration.hidden();
        this.vocabulary = configuration.vocabularySize();
        this.epsilon = (float) configuration.layerNormEpsilon();
        this.blockRows = Math.toIntExact(Math.max(SMALLEST_BLOCK, BLOCK_VALUES / vocabulary));
        this.values = new Head(hidden, values, layout.head());
        this.gradients = new Head(hidden, gradients, layout.head());
        long biasOffset = layout.head() + Head.length(hidden);
        long wordOffset = layout.parameter("embeddings.word_embeddings.weight").offset();
        this.word = values.view(wordOffset, vocabulary, hidden);
        this.wordGradient = gradients.view(wordOffset, vocabulary, hidden);
        this.bias = values.view(biasOffset, 1, vocabulary);
        this.biasGradient = gradients.view(biasOffset, 1, vocabulary);
        for (int part = 1; part < context.threads(); part++) {
            Tensor partial = context.memory().tensor(1, Math.toIntExact(Head.length(hidden)));
            partials.add(partial);
            partialGradients.add(new Head(hidden, partial, 0));
        }
        for (int part = 0; part < context.threads(); part++) {
            discardedSums.add(context.memory().tensor(1, hidden));
        }
        this.logits = context.memory().tensor(blockRows, vocabulary);
        this.losses = new double[context.threads()];
    }

    /**
     * Loss and gradients of some rows.
     *
     * @param states in: [rows, hidden], the encoder's output at the masked tokens; out: its gradient
     * @param targets the word of each row, from {@code targetOffset} on
     * @param gradientScale what each row's loss is multiplied by before the gradient: 1 over the number of masked tokens of the batch
     * @return the sum of the rows' losses, not scaled
     */
    public double lossAndGradient(Tensor states, int rows, int[] targets, int targetOffset, float gradientScale) {
        reserve(rows);
        context.parallel(part -> {
            int from = (int) context.split(rows, part);
            int to = (int) context.split(rows, part + 1);
            timesTransposed(states, values.dense, dense, from, to);
            kernels.biasGelu(dense, values.denseBias, activated, from, to);
            kernels.layerNorm(activated, values.gamma, values.beta, epsilon, normed, statistics, from, to);
        });
        double loss = 0;
        for (int block = 0; block < rows; block += blockRows) {
            int first = block;
            int count = Math.min(blockRows, rows - block);
            Arrays.fill(losses, 0);
            context.parallel(part -> {
                int from = (int) context.split(count, part);
                int to = (int) context.split(count, part + 1);
                losses[part] = logitsAndGradient(first, from, to, targets, targetOffset, gradientScale);
            });
            for (double partLoss : losses) {
                loss += partLoss;
            }
            context.parallel(part -> {
                int from = (int) context.split(vocabulary, part);
                int to = (int) context.split(vocabulary, part + 1);
                products.multiply(
                        true,
                        false,
                        to - from,
                        hidden,
                        count,
                        1f,
                        logits,
                        from,
                        vocabulary,
                        normed,
                        (long) first * hidden,
                        hidden,
                        1f,
                        wordGradient,
                        (long) from * hidden,
                        hidden);
                kernels.columnSums(logits, biasGradient, from, to, 0, count);
            });
        }
        context.parallel(
                part -> backward(part, states, (int) context.split(rows, part), (int) context.split(rows, part + 1)));
        if (!partials.isEmpty()) {
            context.parallel(part -> {
                long from = context.split(gradients.whole.length(), part);
                long to = context.split(gradients.whole.length(), part + 1);
                for (Tensor partial : partials) {
                    kernels.drain(gradients.whole, partial, from, to);
                }
            });
        }
        return loss;
    }

    private double logitsAndGradient(
            int block, int from, int to, int[] targets, int targetOffset, float gradientScale) {
        products.multiply(
                false,
                true,
                to - from,
                vocabulary,
                hidden,
                1f,
                normed,
                (long) (block + from) * hidden,
                hidden,
                word,
                0,
                hidden,
                0f,
                logits,
                (long) from * vocabulary,
                vocabulary);
        double loss = kernels.crossEntropy(
                logits, vocabulary, vocabulary, 1f, bias, targets, targetOffset + block, gradientScale, from, to);
        products.multiply(
                false,
                false,
                to - from,
                hidden,
                vocabulary,
                1f,
                logits,
                (long) from * vocabulary,
                vocabulary,
                word,
                0,
                hidden,
                0f,
                gradient,
                (long) (block + from) * hidden,
                hidden);
        return loss;
    }

    private void backward(int part, Tensor states, int from, int to) {
        Head g = part == 0 ? gradients : partialGradients.get(part - 1);
        kernels.layerNormBackward(
                activated, statistics, values.gamma, gradient, g.gamma, g.beta, discardedSums.get(part), from, to);
        kernels.biasGeluBackward(dense, gradient, activated, g.denseBias, from, to);
        int rows = to - from;
        long offset = (long) from * hidden;
        products.multiply(
                true, false, hidden, hidden, rows, 1f, gradient, offset, hidden, states, offset, hidden, 1f, g.dense, 0,
                hidden);
        products.multiply(
                false,
                false,
                rows,
                hidden,
                hidden,
                1f,
                gradient,
                offset,
                hidden,
                values.dense,
                0,
                hidden,
                0f,
                states,
                offset,
                hidden);
    }

    private void timesTransposed(Tensor left, Tensor weight, Tensor result, int from, int to) {
        products.multiply(
                false,
                true,
                to - from,
                hidden,
                hidden,
                1f,
                left,
                (long) from * hidden,
                hidden,
                weight,
                0,
                hidden,
                0f,
                result,
                (long) from * hidden,
                hidden);
    }

    /** Takes the memory for so many rows now rather than when they come. */
    public void reserve(int rows) {
        if (rows <= capacity) {
            return;
        }
        closeRows();
        capacity = rows;
        dense = context.memory().tensor(rows, hidden);
        activated = context.memory().tensor(rows, hidden);
        normed = context.memory().tensor(rows, hidden);
        statistics = context.memory().tensor(rows, 2);
        gradient = context.memory().tensor(rows, hidden);
    }

    private void closeRows() {
        dense.close();
        activated.close();
        normed.close();
        statistics.close();
        gradient.close();
    }

    @Override
    public void close() {
        closeRows();
        logits.close();
        partials.forEach(Tensor::close);
        discardedSums.forEach(Tensor::close);
    }
}
