package dev.firn.training.encoder;

import static java.util.Objects.requireNonNull;

import dev.firn.training.batch.PackedBatch;
import dev.firn.training.batch.Selection;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;

/**
 * An encoder with pooling: one vector a sequence, forward and backward. With {@link Pooling#CLS} the last layer is computed for
 * first tokens only. Not thread-safe.
 */
public final class PooledEncoder implements AutoCloseable {
    private final PostNormEncoder encoder;
    private final Pooling pooling;
    private final ComputeContext context;
    private final int hidden;
    private final Selection selection = new Selection();
    // Only for the mean, which has as many vectors as sequences, while the encoder's output has one a token
    private Tensor pooled = Tensor.zeros(0, 0);
    private Tensor tokenGradients = Tensor.zeros(0, 0);

    /**
     * An encoder that keeps the activations of all layers.
     *
     * @param values all parameters, laid out flat
     * @param gradients their gradients, which {@link #backward} adds to; null for inference
     */
    public PooledEncoder(
            ParameterLayout layout, Tensor values, Tensor gradients, Pooling pooling, ComputeContext context) {
        this(layout, new PostNormEncoder(layout, values, gradients, context), pooling, context);
    }

    /** An encoder for training that keeps what it is told to. */
    public PooledEncoder(
            ParameterLayout layout,
            Tensor values,
            Tensor gradients,
            ActivationMemory memory,
            Pooling pooling,
            ComputeContext context) {
        this(layout, new PostNormEncoder(layout, values, gradients, memory, context), pooling, context);
    }

    private PooledEncoder(ParameterLayout layout, PostNormEncoder encoder, Pooling pooling, ComputeContext context) {
        this.encoder = encoder;
        this.pooling = requireNonNull(pooling, "pooling is null");
        this.context = requireNonNull(context, "context is null");
        this.hidden = layout.configuration().hidden();
    }

    /**
     * Takes the memory for training on batches of a size now rather than at the first of them.
     *
     * @param tokens of the largest batch
     * @param longest tokens of the longest sequence
     * @param sequences of the batch with the most
     */
    public void reserve(int tokens, int longest, int sequences) {
        switch (pooling) {
            case CLS -> encoder.reserve(tokens, longest, sequences);
            case MEAN -> {
                encoder.reserve(tokens, longest, tokens);
                pooled = atLeast(pooled, sequences);
                tokenGradients = atLeast(tokenGradients, tokens);
            }
        }
    }

    /**
     * One vector for each sequence, not normalised.
     *
     * @return [sequences, hidden] in the first rows; the encoder's own memory, valid until the next forward pass
     * @throws IllegalArgumentException when a token is outside the vocabulary or a sequence longer than there are positions
     */
    public Tensor forward(PackedBatch batch) {
        return switch (pooling) {
            case CLS -> {
                selection.selectFirst(batch);
                yield encoder.forward(batch, selection);
            }
            case MEAN -> {
                selection.selectAll(batch);
                Tensor output = encoder.forward(batch, selection);
                pooled = atLeast(pooled, batch.sequences());
                context.parallel(part -> context.kernels()
                        .meanRows(output, batch.offsets(), pooled, first(batch, part), first(batch, part + 1)));
                yield pooled;
            }
        };
    }

    /**
     * Adds the gradients of all parameters, for the batch of the last forward pass.
     *
     * @param gradient [sequences, hidden], gradient of what {@link #forward} returned; may be overwritten
     */
    public void backward(PackedBatch batch, Tensor gradient) {
        switch (pooling) {
            case CLS -> encoder.backward(batch, selection, gradient);
            case MEAN -> {
                tokenGradients = atLeast(tokenGradients, batch.size());
                context.parallel(part -> context.kernels()
                        .meanRowsBackward(
                                gradient, batch.offsets(), tokenGradients, first(batch, part), first(batch, part + 1)));
                encoder.backward(batch, selection, tokenGradients);
            }
        }
    }

    private int first(PackedBatch batch, int part) {
        return batch.firstOfPart(part, context.threads());
    }

    private Tensor atLeast(Tensor tensor, int rows) {
        if (tensor.rows() >= rows) {
            return tensor;
        }
        tensor.close();
        return context.memory().tensor(rows, hidden);
    }

    @Override
    public void close() {
        encoder.close();
        pooled.close();
        tokenGradients.close();
    }
}
