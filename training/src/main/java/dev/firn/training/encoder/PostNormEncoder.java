package dev.firn.training.encoder;

import static java.util.Objects.requireNonNull;

import dev.firn.training.batch.PackedBatch;
import dev.firn.training.batch.Selection;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Kernels;
import dev.firn.training.kernels.MatrixProducts;
import dev.firn.training.kernels.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The arithmetic of an encoder over packed batches: forward for selected tokens, and backward. Families differ in how positions
 * come in and in the feed-forward's activation; all else is one.
 *
 * <p>Each thread takes its own sequences through a layer. The last layer computes keys and values for all tokens and everything
 * else for the selected tokens only: the first of each sequence for an embedding, the masked ones for masked language modelling.
 * Gradients of a layer's parameters are products of the threads' own rows; the first thread adds to the gradient itself, the
 * others to a copy of one layer, which is added in the order of the threads when all are done.
 *
 * <p>Memory is taken for the largest batch seen and kept. Not thread-safe.
 */
public final class PostNormEncoder implements AutoCloseable {
    private final EncoderConfiguration configuration;
    private final ComputeContext context;
    private final Kernels kernels;
    private final MatrixProducts products;
    private final int hidden;
    private final int heads;
    private final float epsilon;
    private final ActivationMemory memory;
    private final boolean gated;
    private final boolean rotary;

    private final Tensor word;
    private final Tensor position;
    private final EmbeddingNormParameters embeddingNorm;
    private final List<LayerParameters> layers = new ArrayList<>();

    private final Tensor wordGradient;
    private final Tensor positionGradient;
    private final List<EmbeddingNormParameters> embeddingNormGradients = new ArrayList<>();
    private final List<LayerParameters> layerGradients = new ArrayList<>();
    private final List<LayerParameters> partialGradients = new ArrayList<>();
    private final List<Tensor> partials = new ArrayList<>();

    private EncoderWorkspace workspace;

    /** An encoder for inference. */
    public PostNormEncoder(ParameterLayout layout, Tensor values, ComputeContext context) {
        this(layout, values, null, context);
    }

    /**
     * An encoder that keeps the activations of all layers.
     *
     * @param values all parameters, laid out flat
     * @param gradients their gradients, which {@link #backward} adds to; null for inference
     */
    public PostNormEncoder(ParameterLayout layout, Tensor values, Tensor gradients, ComputeContext context) {
        this(
                layout,
                values,
                gradients,
                gradients == null ? ActivationMemory.INFERENCE : ActivationMemory.ALL_LAYERS,
                context);
    }

    /**
     * An encoder.
     *
     * @param values all parameters, laid out flat
     * @param gradients their gradients, which {@link #backward} adds to; not used for inference
     * @param memory what a forward pass keeps
     */
    public PostNormEncoder(
            ParameterLayout layout, Tensor values, Tensor gradients, ActivationMemory memory, ComputeContext context) {
        this.configuration = layout.configuration();
        this.context = requireNonNull(context, "context is null");
        this.kernels = context.kernels();
        this.products = context.products();
        this.hidden = configuration.hidden();
        this.heads = configuration.heads();
        this.epsilon = (float) configuration.layerNormEpsilon();
        this.memory = requireNonNull(memory, "memory is null");
        this.gated = configuration.family().gated();
        this.rotary = configuration.positionEncoding() instanceof PositionEncoding.Rotary;

        this.word = table(layout, "embeddings.word_embeddings.weight", values);
        this.position = positions(layout, values);
        this.embeddingNorm = new EmbeddingNormParameters(configuration, values, layout.embeddingNorm());
        for (int layer = 0; layer < configuration.layers(); layer++) {
            layers.add(new LayerParameters(configuration, values, layout.layer(layer), layout.layerLength()));
        }
        if (memory == ActivationMemory.INFERENCE) {
            this.wordGradient = null;
            this.positionGradient = null;
            return;
        }
        this.wordGradient = table(layout, "embeddings.word_embeddings.weight", gradients);
        this.positionGradient = positions(layout, gradients);
        embeddingNormGradients.add(new EmbeddingNormParameters(configuration, gradients, layout.embeddingNorm()));
        for (int layer = 0; layer < configuration.layers(); layer++) {
            layerGradients.add(
                    new LayerParameters(configuration, gradients, layout.layer(layer), layout.layerLength()));
        }
        long embeddingLength = EmbeddingNormParameters.length(configuration);
        for (int part = 1; part < context.threads(); part++) {
            Tensor partial =
                    context.memory().tensor(1, Math.toIntExact(Math.max(layout.layerLength(), embeddingLength)));
            partials.add(partial);
            partialGradients.add(new LayerParameters(configuration, partial, 0, layout.layerLength()));
            embeddingNormGradients.add(new EmbeddingNormParameters(configuration, partial, 0));
        }
    }

    /** The position table; one of no rows where positions are not learned. */
    private static Tensor positions(ParameterLayout layout, Tensor flat) {
        return switch (layout.configuration().positionEncoding()) {
            case PositionEncoding.Learned _ -> table(layout, "embeddings.position_embeddings.weight", flat);
            case PositionEncoding.Rotary _ -> Tensor.zeros(0, 0);
        };
    }

    private static Tensor table(ParameterLayout layout, String name, Tensor flat) {
        ParameterLayout.Parameter parameter = layout.parameter(name);
        return flat.view(
                parameter.offset(),
                parameter.shape().get(0),
                Math.toIntExact(parameter.shape().get(1)));
    }

    /** Takes the memory for batches of a size now rather than at the first of them. */
    public void reserve(int tokens, int longest, int selected) {
        if (workspace == null) {
            workspace = new EncoderWorkspace(configuration, memory, context, tokens, longest, selected);
        } else if (workspace.tokens < tokens || workspace.longest < longest || workspace.selected < selected) {
            EncoderWorkspace outgrown = workspace;
            outgrown.close();
            workspace = new EncoderWorkspace(
                    configuration,
                    memory,
                    context,
                    Math.max(tokens, outgrown.tokens),
                    Math.max(longest, outgrown.longest),
                    Math.max(selected, outgrown.selected));
        }
    }

    /**
     * Output of the last layer at the selected tokens.
     *
     * @return [selected, hidden] in the first rows; the encoder's own memory, valid until the next forward pass
     * @throws IllegalArgumentException when a token is outside the vocabulary or a sequence longer than there are positions
     */
    public Tensor forward(PackedBatch batch, Selection selection) {
        if (selection.sequences() != batch.sequences()) {
            throw new IllegalArgumentException(
                    "the selection has " + selection.sequences() + " sequences, the batch " + batch.sequences());
        }
        int longest = batch.longest();
        check(batch, longest);
        reserve(batch.size(), longest, selection.size());
        int first = configuration.positionOffset();
        for (int i = 0; i < batch.size(); i++) {
            workspace.positions[i] = first + batch.positions()[i];
        }
        for (int i = 0; i < selection.size(); i++) {
            workspace.selectedPositions[i] = workspace.positions[selection.rows()[i]];
        }
        context.parallel(part -> {
            int from = batch.firstOfPart(part, context.threads());
            int to = batch.firstOfPart(part + 1, context.threads());
            embed(batch, batch.offset(from), batch.offset(to));
            for (int layer = 0; layer + 1 < layers.size(); layer++) {
                forwardLayer(part, layer, batch, from, to);
            }
            forwardLastLayer(part, batch, selection, from, to);
        });
        return workspace.output;
    }

    private void check(PackedBatch batch, int longest) {
        if (batch.size() == 0) {
            throw new IllegalArgumentException("the batch is empty");
        }
        if (longest > configuration.maximumTokens()) {
            throw new IllegalArgumentException("a sequence has " + longest + " tokens, the model has positions for "
                    + configuration.maximumTokens());
        }
        for (int i = 0; i < batch.size(); i++) {
            int token = batch.tokens()[i];
            if (token < 0 || token >= configuration.vocabularySize()) {
                throw new IllegalArgumentException(
                        "token " + token + " is outside the vocabulary of " + configuration.vocabularySize());
            }
        }
    }

    private void embed(PackedBatch batch, int from, int to) {
        kernels.gatherEmbeddings(
                batch.tokens(), workspace.positions, word, position, embeddingNorm.type, workspace.embedded, from, to);
        kernels.layerNorm(
                workspace.embedded,
                embeddingNorm.gamma,
                embeddingNorm.beta,
                epsilon,
                workspace.inputs.get(0),
                workspace.embeddedStatistics,
                from,
                to);
    }

    private void forwardLayer(int part, int layer, PackedBatch batch, int from, int to) {
        int firstRow = batch.offset(from);
        int lastRow = batch.offset(to);
        LayerParameters p = layers.get(layer);
        LayerActivations a = workspace.layers.get(layer);
        Tensor input = workspace.inputs.get(layer);
        timesTransposed(input, p.projection, 0, a.projected, 0, 3 * hidden, firstRow, lastRow);
        kernels.addBias(a.projected, p.projectionBias, 0, 3 * hidden, firstRow, lastRow);
        rotate(a.projected, 0, 2 * hidden, workspace.positions, firstRow, lastRow);
        for (int s = from; s < to; s++) {
            int row = batch.offset(s);
            int length = batch.length(s);
            kernels.attention(
                    a.projected,
                    row,
                    length,
                    a.projected,
                    row,
                    length,
                    heads,
                    a.attended,
                    row,
                    workspace.attention.get(part));
        }
        forwardRest(p, a, input, workspace.widened, workspace.inputs.get(layer + 1), firstRow, lastRow);
    }

    private void forwardLastLayer(int part, PackedBatch batch, Selection selection, int from, int to) {
        int firstRow = batch.offset(from);
        int lastRow = batch.offset(to);
        int firstSelected = selection.start(from);
        int lastSelected = selection.start(to);
        int layer = layers.size() - 1;
        LayerParameters p = layers.get(layer);
        LayerActivations a = workspace.layers.get(layer);
        Tensor input = workspace.inputs.get(layer);
        // Keys and values of all tokens
        timesTransposed(input, p.projection, hidden, a.projected, hidden, 2 * hidden, firstRow, lastRow);
        kernels.addBias(a.projected, p.projectionBias, hidden, 3 * hidden, firstRow, lastRow);
        rotate(a.projected, hidden, 2 * hidden, workspace.positions, firstRow, lastRow);
        // Queries of the selected ones
        kernels.gatherRows(input, selection.rows(), workspace.selectedInput, firstSelected, lastSelected);
        timesTransposed(
                workspace.selectedInput,
                p.projection,
                0,
                workspace.selectedQuery,
                0,
                hidden,
                firstSelected,
                lastSelected);
        kernels.addBias(workspace.selectedQuery, p.projectionBias, 0, hidden, firstSelected, lastSelected);
        rotate(workspace.selectedQuery, 0, hidden, workspace.selectedPositions, firstSelected, lastSelected);
        for (int s = from; s < to; s++) {
            int selected = selection.start(s);
            kernels.attention(
                    workspace.selectedQuery,
                    selected,
                    selection.start(s + 1) - selected,
                    a.projected,
                    batch.offset(s),
                    batch.length(s),
                    heads,
                    a.attended,
                    selected,
                    workspace.attention.get(part));
        }
        forwardRest(
                p,
                a,
                workspace.selectedInput,
                workspace.selectedWidened,
                workspace.output,
                firstSelected,
                lastSelected);
    }

    private void rotate(Tensor values, int columnFrom, int columnTo, int[] positions, int from, int to) {
        if (rotary) {
            kernels.rotary(values, columnFrom, columnTo, workspace.rotations, positions, from, to);
        }
    }

    /** The gradient of what {@link #rotate} was given. */
    private void rotateBack(Tensor gradient, int columnFrom, int columnTo, int[] positions, int from, int to) {
        if (rotary) {
            kernels.rotaryBackward(gradient, columnFrom, columnTo, workspace.rotations, positions, from, to);
        }
    }

    /** What follows attention: output projection, residual and norm, feed-forward, residual and norm. */
    private void forwardRest(
            LayerParameters p, LayerActivations a, Tensor residual, Tensor widened, Tensor result, int from, int to) {
        timesTransposed(a.attended, p.attentionOutput, 0, a.attentionSum, 0, hidden, from, to);
        kernels.residualLayerNorm(
                a.attentionSum,
                p.attentionOutputBias,
                residual,
                p.attentionGamma,
                p.attentionBeta,
                epsilon,
                a.attentionResult,
                a.attentionStatistics,
                from,
                to);
        timesTransposed(a.attentionResult, p.intermediate, 0, a.wide, 0, a.wide.columns(), from, to);
        if (gated) {
            kernels.gatedGelu(a.wide, widened, from, to);
        } else {
            kernels.biasGelu(a.wide, p.intermediateBias, widened, from, to);
        }
        timesTransposed(widened, p.output, 0, a.outputSum, 0, hidden, from, to);
        kernels.residualLayerNorm(
                a.outputSum,
                p.outputBias,
                a.attentionResult,
                p.outputGamma,
                p.outputBeta,
                epsilon,
                result,
                a.outputStatistics,
                from,
                to);
    }

    /**
     * Adds the gradients of all parameters, for the batch of the last forward pass.
     *
     * @param outputGradient [selected, hidden], gradient of what {@link #forward} returned; overwritten
     */
    public void backward(PackedBatch batch, Selection selection, Tensor outputGradient) {
        if (memory == ActivationMemory.INFERENCE) {
            throw new IllegalStateException("an encoder for inference has no backward pass");
        }
        int last = layers.size() - 1;
        context.parallel(part -> {
            int from = batch.firstOfPart(part, context.threads());
            int to = batch.firstOfPart(part + 1, context.threads());
            backwardLastLayer(part, batch, selection, from, to, outputGradient);
        });
        addPartials(layerGradients.get(last).whole);
        for (int layer = last - 1; layer >= 0; layer--) {
            int current = layer;
            context.parallel(part -> {
                int from = batch.firstOfPart(part, context.threads());
                int to = batch.firstOfPart(part + 1, context.threads());
                if (memory == ActivationMemory.LAYER_INPUTS) {
                    forwardLayer(part, current, batch, from, to);
                }
                backwardLayer(part, current, batch, from, to);
            });
            addPartials(layerGradients.get(layer).whole);
        }
        context.parallel(part -> {
            int from = batch.firstOfPart(part, context.threads());
            int to = batch.firstOfPart(part + 1, context.threads());
            EmbeddingNormParameters g = embeddingNormGradients.get(part);
            kernels.layerNormBackward(
                    workspace.embedded,
                    workspace.embeddedStatistics,
                    embeddingNorm.gamma,
                    workspace.gradient,
                    g.gamma,
                    g.beta,
                    g.type,
                    batch.offset(from),
                    batch.offset(to));
        });
        addPartials(embeddingNormGradients.get(0).whole);
        context.parallel(part -> {
            int columnFrom = (int) context.split(hidden, part);
            int columnTo = (int) context.split(hidden, part + 1);
            kernels.scatterAddRows(
                    workspace.gradient, batch.tokens(), wordGradient, columnFrom, columnTo, 0, batch.size());
            if (!rotary) {
                kernels.scatterAddRows(
                        workspace.gradient,
                        workspace.positions,
                        positionGradient,
                        columnFrom,
                        columnTo,
                        0,
                        batch.size());
            }
        });
    }

    private LayerParameters gradientsOf(int part, int layer) {
        return part == 0 ? layerGradients.get(layer) : partialGradients.get(part - 1);
    }

    private void addPartials(Tensor target) {
        if (partials.isEmpty()) {
            return;
        }
        context.parallel(part -> {
            long from = context.split(target.length(), part);
            long to = context.split(target.length(), part + 1);
            for (Tensor partial : partials) {
                kernels.drain(target, partial, from, to);
            }
        });
    }

    private void backwardLayer(int part, int layer, PackedBatch batch, int from, int to) {
        int firstRow = batch.offset(from);
        int lastRow = batch.offset(to);
        LayerParameters p = layers.get(layer);
        LayerParameters g = gradientsOf(part, layer);
        LayerActivations a = workspace.layers.get(layer);
        Tensor gradient = workspace.gradient;
        Tensor projectedGradient = workspace.projectedGradient;
        backwardRest(p, g, a, gradient, workspace.widened, firstRow, lastRow);
        for (int s = from; s < to; s++) {
            int row = batch.offset(s);
            int length = batch.length(s);
            kernels.attentionBackward(
                    a.projected,
                    row,
                    length,
                    a.projected,
                    row,
                    length,
                    heads,
                    workspace.attendedGradient,
                    row,
                    projectedGradient,
                    projectedGradient,
                    workspace.attention.get(part));
        }
        rotateBack(projectedGradient, 0, 2 * hidden, workspace.positions, firstRow, lastRow);
        kernels.columnSums(projectedGradient, g.projectionBias, 0, 3 * hidden, firstRow, lastRow);
        addOuter(projectedGradient, workspace.inputs.get(layer), g.projection, firstRow, lastRow);
        times(projectedGradient, p.projection, gradient, 1f, firstRow, lastRow);
    }

    private void backwardLastLayer(
            int part, PackedBatch batch, Selection selection, int from, int to, Tensor outputGradient) {
        int firstRow = batch.offset(from);
        int rows = batch.offset(to) - firstRow;
        int firstSelected = selection.start(from);
        int lastSelected = selection.start(to);
        int layer = layers.size() - 1;
        LayerParameters p = layers.get(layer);
        LayerParameters g = gradientsOf(part, layer);
        LayerActivations a = workspace.layers.get(layer);
        Tensor gradient = workspace.gradient;
        Tensor projectedGradient = workspace.projectedGradient;
        Tensor queryGradient = workspace.selectedQueryGradient;
        backwardRest(p, g, a, outputGradient, workspace.selectedWidened, firstSelected, lastSelected);
        for (int s = from; s < to; s++) {
            int selected = selection.start(s);
            kernels.attentionBackward(
                    workspace.selectedQuery,
                    selected,
                    selection.start(s + 1) - selected,
                    a.projected,
                    batch.offset(s),
                    batch.length(s),
                    heads,
                    workspace.attendedGradient,
                    selected,
                    queryGradient,
                    projectedGradient,
                    workspace.attention.get(part));
        }
        // Queries: of the selected tokens
        rotateBack(queryGradient, 0, hidden, workspace.selectedPositions, firstSelected, lastSelected);
        kernels.columnSums(queryGradient, g.projectionBias, 0, hidden, firstSelected, lastSelected);
        addOuter(queryGradient, workspace.selectedInput, g.projection, firstSelected, lastSelected);
        times(queryGradient, p.projection, outputGradient, 1f, firstSelected, lastSelected);
        // Keys and values: of all tokens
        long projectedOffset = (long) firstRow * 3 * hidden + hidden;
        long weightOffset = (long) hidden * hidden;
        long inputOffset = (long) firstRow * hidden;
        rotateBack(projectedGradient, hidden, 2 * hidden, workspace.positions, firstRow, firstRow + rows);
        kernels.columnSums(projectedGradient, g.projectionBias, hidden, 3 * hidden, firstRow, firstRow + rows);
        products.multiply(
                true,
                false,
                2 * hidden,
                hidden,
                rows,
                1f,
                projectedGradient,
                projectedOffset,
                3 * hidden,
                workspace.inputs.get(layer),
                inputOffset,
                hidden,
                1f,
                g.projection,
                weightOffset,
                hidden);
        products.multiply(
                false,
                false,
                rows,
                hidden,
                2 * hidden,
                1f,
                projectedGradient,
                projectedOffset,
                3 * hidden,
                p.projection,
                weightOffset,
                hidden,
                0f,
                gradient,
                inputOffset,
                hidden);
        kernels.scatterAddRows(outputGradient, selection.rows(), gradient, 0, hidden, firstSelected, lastSelected);
    }

    /** Backward of {@link #forwardRest}: leaves the gradient of the residual in {@code gradient}, that of attention in the workspace. */
    private void backwardRest(
            LayerParameters p,
            LayerParameters g,
            LayerActivations a,
            Tensor gradient,
            Tensor widened,
            int from,
            int to) {
        kernels.layerNormBackward(
                a.outputSum,
                a.outputStatistics,
                p.outputGamma,
                gradient,
                g.outputGamma,
                g.outputBeta,
                g.outputBias,
                from,
                to);
        Tensor widenedGradient = workspace.wideGradient;
        times(gradient, p.output, widenedGradient, 0f, from, to);
        Tensor wideGradient;
        if (gated) {
            kernels.gatedGeluBackward(a.wide, widenedGradient, widened, from, to);
            wideGradient = a.wide;
        } else {
            kernels.biasGeluBackward(a.wide, widenedGradient, widened, g.intermediateBias, from, to);
            wideGradient = widenedGradient;
        }
        addOuter(gradient, widened, g.output, from, to);
        addOuter(wideGradient, a.attentionResult, g.intermediate, from, to);
        times(wideGradient, p.intermediate, gradient, 1f, from, to);
        kernels.layerNormBackward(
                a.attentionSum,
                a.attentionStatistics,
                p.attentionGamma,
                gradient,
                g.attentionGamma,
                g.attentionBeta,
                g.attentionOutputBias,
                from,
                to);
        addOuter(gradient, a.attended, g.attentionOutput, from, to);
        times(gradient, p.attentionOutput, workspace.attendedGradient, 0f, from, to);
    }

    /**
     * {@code result = values·weightᵀ} in rows {@code from} to {@code to}: rows of the weight from {@code weightRow} on, {@code out} of
     * them, give columns of the result from {@code column} on.
     */
    private void timesTransposed(
            Tensor values, Tensor weight, int weightRow, Tensor result, int column, int out, int from, int to) {
        int in = values.columns();
        products.multiply(
                false,
                true,
                to - from,
                out,
                in,
                1f,
                values,
                (long) from * in,
                in,
                weight,
                (long) weightRow * in,
                in,
                0f,
                result,
                (long) from * result.columns() + column,
                result.columns());
    }

    /** {@code result = values·weight + keep·result} in rows {@code from} to {@code to}, for a weight whose first columns(values) rows count. */
    private void times(Tensor values, Tensor weight, Tensor result, float keep, int from, int to) {
        int in = values.columns();
        int out = result.columns();
        products.multiply(
                false,
                false,
                to - from,
                out,
                in,
                1f,
                values,
                (long) from * in,
                in,
                weight,
                0,
                out,
                keep,
                result,
                (long) from * out,
                out);
    }

    /** {@code target += leftᵀ·right} over rows {@code from} to {@code to}, in the first columns(left) rows of the target. */
    private void addOuter(Tensor left, Tensor right, Tensor target, int from, int to) {
        products.multiply(
                true,
                false,
                left.columns(),
                right.columns(),
                to - from,
                1f,
                left,
                (long) from * left.columns(),
                left.columns(),
                right,
                (long) from * right.columns(),
                right.columns(),
                1f,
                target,
                0,
                right.columns());
    }

    @Override
    public void close() {
        if (workspace != null) {
            workspace.close();
            workspace = null;
        }
        partials.forEach(Tensor::close);
    }
}
