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
 * The arithmetic of a BERT or XLM-R encoder over packed batches: forward for selected tokens, and backward.
 *
 * <p>Each thread takes its own sequences through a layer. The last layer computes keys and values for all tokens and everything
 * else for the selected tokens only: the first of each sequence for an embedding, the masked ones for masked language modelling.
 * Gradients of a layer's parameters are products of the threads' own rows; the first thread adds to the gradient itself, the
 * others to a copy of one layer, which is added in the order of the threads when all are done.
 *
 * <p>Memory is taken for the largest batch seen and kept. Not thread-safe.
 */
public final class PostNormEncoder implements AutoCloseable {
    // Scores are held for this many queries of one head at a time
    private static final int QUERY_BLOCK = 128;

    private final EncoderConfiguration configuration;
    private final ComputeContext context;
    private final Kernels kernels;
    private final MatrixProducts products;
    private final int hidden;
    private final int intermediate;
    private final int heads;
    private final int headWidth;
    private final float scale;
    private final float epsilon;
    private final boolean training;

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

    private Workspace workspace;
    private int[] positions = new int[0];

    /** An encoder for inference. */
    public PostNormEncoder(ParameterLayout layout, Tensor values, ComputeContext context) {
        this(layout, values, null, context);
    }

    /**
     * An encoder.
     *
     * @param values all parameters, laid out flat
     * @param gradients their gradients, which {@link #backward} adds to; null for inference, which keeps the memory of one layer only
     */
    public PostNormEncoder(ParameterLayout layout, Tensor values, Tensor gradients, ComputeContext context) {
        this.configuration = layout.configuration();
        this.context = requireNonNull(context, "context is null");
        this.kernels = context.kernels();
        this.products = context.products();
        this.hidden = configuration.hidden();
        this.intermediate = configuration.intermediate();
        this.heads = configuration.heads();
        this.headWidth = configuration.headWidth();
        this.scale = (float) (1 / Math.sqrt(headWidth));
        this.epsilon = (float) configuration.layerNormEpsilon();
        this.training = gradients != null;

        this.word = table(layout, "embeddings.word_embeddings.weight", values);
        this.position = table(layout, "embeddings.position_embeddings.weight", values);
        this.embeddingNorm = new EmbeddingNormParameters(configuration, values, layout.embeddingNorm());
        for (int layer = 0; layer < configuration.layers(); layer++) {
            layers.add(new LayerParameters(configuration, values, layout.layer(layer), layout.layerLength()));
        }
        if (!training) {
            this.wordGradient = null;
            this.positionGradient = null;
            return;
        }
        this.wordGradient = table(layout, "embeddings.word_embeddings.weight", gradients);
        this.positionGradient = table(layout, "embeddings.position_embeddings.weight", gradients);
        embeddingNormGradients.add(new EmbeddingNormParameters(configuration, gradients, layout.embeddingNorm()));
        for (int layer = 0; layer < configuration.layers(); layer++) {
            layerGradients.add(
                    new LayerParameters(configuration, gradients, layout.layer(layer), layout.layerLength()));
        }
        long embeddingLength = EmbeddingNormParameters.length(configuration);
        for (int part = 1; part < context.threads(); part++) {
            Tensor partial = Tensor.zeros(1, Math.toIntExact(Math.max(layout.layerLength(), embeddingLength)));
            partials.add(partial);
            partialGradients.add(new LayerParameters(configuration, partial, 0, layout.layerLength()));
            embeddingNormGradients.add(new EmbeddingNormParameters(configuration, partial, 0));
        }
    }

    private static Tensor table(ParameterLayout layout, String name, Tensor flat) {
        ParameterLayout.Parameter parameter = layout.parameter(name);
        return flat.view(
                parameter.offset(),
                parameter.shape().get(0),
                Math.toIntExact(parameter.shape().get(1)));
    }

    /** What one layer keeps for its backward pass. */
    private static final class Activations implements AutoCloseable {
        final Tensor projected;
        final Tensor attended;
        final Tensor attentionSum;
        final Tensor attentionStatistics;
        final Tensor attentionResult;
        final Tensor wide;
        final Tensor outputSum;
        final Tensor outputStatistics;

        Activations(int tokens, int rows, int hidden, int intermediate) {
            this.projected = Tensor.zeros(tokens, 3 * hidden);
            this.attended = Tensor.zeros(rows, hidden);
            this.attentionSum = Tensor.zeros(rows, hidden);
            this.attentionStatistics = Tensor.zeros(rows, 2);
            this.attentionResult = Tensor.zeros(rows, hidden);
            this.wide = Tensor.zeros(rows, intermediate);
            this.outputSum = Tensor.zeros(rows, hidden);
            this.outputStatistics = Tensor.zeros(rows, 2);
        }

        @Override
        public void close() {
            for (Tensor tensor : List.of(
                    projected,
                    attended,
                    attentionSum,
                    attentionStatistics,
                    attentionResult,
                    wide,
                    outputSum,
                    outputStatistics)) {
                tensor.close();
            }
        }
    }

    /** All memory that follows the size of a batch. */
    private final class Workspace implements AutoCloseable {
        final int tokens;
        final int longest;
        final int selected;
        final Tensor embedded;
        final Tensor embeddedStatistics;
        /** Input of each layer. With inference, two take turns. */
        final List<Tensor> inputs = new ArrayList<>();

        final List<Activations> layers = new ArrayList<>();
        final Tensor widened;
        // The last layer's rows are not those of the layers before it, and one thread may be there while another is not
        // yet: what it
        // writes is its own
        final Tensor selectedWidened;
        final Tensor selectedInput;
        final Tensor selectedQuery;
        final Tensor output;
        final List<Tensor> scores = new ArrayList<>();
        final List<Tensor> backward = new ArrayList<>();
        final List<Tensor> scoreGradients = new ArrayList<>();

        Workspace(int tokens, int longest, int selected) {
            this.tokens = tokens;
            this.longest = longest;
            this.selected = selected;
            this.embedded = Tensor.zeros(tokens, hidden);
            this.embeddedStatistics = Tensor.zeros(tokens, 2);
            int before = configuration.layers() - 1;
            this.widened = Tensor.zeros(before == 0 ? 0 : tokens, intermediate);
            this.selectedWidened = Tensor.zeros(selected, intermediate);
            this.selectedInput = Tensor.zeros(selected, hidden);
            this.selectedQuery = Tensor.zeros(selected, hidden);
            this.output = Tensor.zeros(selected, hidden);
            for (int i = 0; i <= before; i++) {
                inputs.add(training || i < 2 ? Tensor.zeros(tokens, hidden) : inputs.get(i - 2));
            }
            for (int i = 0; i < before; i++) {
                layers.add(training || i == 0 ? new Activations(tokens, tokens, hidden, intermediate) : layers.get(0));
            }
            layers.add(new Activations(tokens, selected, hidden, intermediate));
            int scoreValues = Math.multiplyExact(QUERY_BLOCK, longest);
            for (int part = 0; part < context.threads(); part++) {
                scores.add(Tensor.zeros(1, scoreValues));
            }
            if (training) {
                int rows = before == 0 ? selected : tokens;
                backward.add(Tensor.zeros(tokens, hidden));
                backward.add(Tensor.zeros(rows, hidden));
                backward.add(Tensor.zeros(rows, intermediate));
                backward.add(Tensor.zeros(tokens, 3 * hidden));
                backward.add(Tensor.zeros(selected, hidden));
                for (int part = 0; part < context.threads(); part++) {
                    scoreGradients.add(Tensor.zeros(1, scoreValues));
                }
            }
        }

        Tensor gradient() {
            return backward.get(0);
        }

        Tensor attendedGradient() {
            return backward.get(1);
        }

        Tensor wideGradient() {
            return backward.get(2);
        }

        Tensor projectedGradient() {
            return backward.get(3);
        }

        Tensor selectedQueryGradient() {
            return backward.get(4);
        }

        @Override
        public void close() {
            embedded.close();
            embeddedStatistics.close();
            widened.close();
            selectedWidened.close();
            output.close();
            selectedInput.close();
            selectedQuery.close();
            inputs.stream().distinct().forEach(Tensor::close);
            layers.stream().distinct().forEach(Activations::close);
            scores.forEach(Tensor::close);
            backward.forEach(Tensor::close);
            scoreGradients.forEach(Tensor::close);
        }
    }

    /** Takes the memory for batches of a size now rather than at the first of them. */
    public void reserve(int tokens, int longest, int selected) {
        if (workspace == null) {
            workspace = new Workspace(tokens, longest, selected);
        } else if (workspace.tokens < tokens || workspace.longest < longest || workspace.selected < selected) {
            Workspace outgrown = workspace;
            outgrown.close();
            workspace = new Workspace(
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
        int tokens = batch.size();
        if (positions.length < tokens) {
            positions = new int[tokens];
        }
        int first = configuration.positionOffset();
        for (int i = 0; i < tokens; i++) {
            positions[i] = first + batch.positions()[i];
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
                batch.tokens(), positions, word, position, embeddingNorm.type, workspace.embedded, from, to);
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
        Activations a = workspace.layers.get(layer);
        Tensor input = workspace.inputs.get(layer);
        timesTransposed(input, p.projection, 0, a.projected, 0, 3 * hidden, firstRow, lastRow);
        kernels.addBias(a.projected, p.projectionBias, 0, 3 * hidden, firstRow, lastRow);
        for (int s = from; s < to; s++) {
            int row = batch.offset(s);
            attend(
                    part,
                    a.projected,
                    row,
                    3 * hidden,
                    batch.length(s),
                    a.projected,
                    row,
                    batch.length(s),
                    a.attended,
                    row);
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
        Activations a = workspace.layers.get(layer);
        Tensor input = workspace.inputs.get(layer);
        // Keys and values of all tokens
        timesTransposed(input, p.projection, hidden, a.projected, hidden, 2 * hidden, firstRow, lastRow);
        kernels.addBias(a.projected, p.projectionBias, hidden, 3 * hidden, firstRow, lastRow);
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
        for (int s = from; s < to; s++) {
            int selected = selection.start(s);
            attend(
                    part,
                    workspace.selectedQuery,
                    selected,
                    hidden,
                    selection.start(s + 1) - selected,
                    a.projected,
                    batch.offset(s),
                    batch.length(s),
                    a.attended,
                    selected);
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

    /** What follows attention: output projection, residual and norm, feed-forward, residual and norm. */
    private void forwardRest(
            LayerParameters p, Activations a, Tensor residual, Tensor widened, Tensor result, int from, int to) {
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
        timesTransposed(a.attentionResult, p.intermediate, 0, a.wide, 0, intermediate, from, to);
        kernels.biasGelu(a.wide, p.intermediateBias, widened, from, to);
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

    /** Attention of some queries over one sequence's keys and values, head by head. */
    private void attend(
            int part,
            Tensor query,
            int queryRow,
            int queryStride,
            int queries,
            Tensor projected,
            int keyRow,
            int keys,
            Tensor attended,
            int attendedRow) {
        Tensor scores = workspace.scores.get(part);
        for (int head = 0; head < heads; head++) {
            long column = (long) head * headWidth;
            long value = (long) keyRow * 3 * hidden + 2L * hidden + column;
            for (int block = 0; block < queries; block += QUERY_BLOCK) {
                int count = Math.min(QUERY_BLOCK, queries - block);
                probabilities(
                        scores,
                        query,
                        (long) (queryRow + block) * queryStride + column,
                        queryStride,
                        count,
                        projected,
                        keyRow,
                        keys,
                        column);
                products.multiply(
                        false,
                        false,
                        count,
                        headWidth,
                        keys,
                        1f,
                        scores,
                        0,
                        keys,
                        projected,
                        value,
                        3 * hidden,
                        0f,
                        attended,
                        (long) (attendedRow + block) * hidden + column,
                        hidden);
            }
        }
    }

    private void probabilities(
            Tensor scores,
            Tensor query,
            long queryOffset,
            int queryStride,
            int count,
            Tensor projected,
            int keyRow,
            int keys,
            long column) {
        products.multiply(
                false,
                true,
                count,
                keys,
                headWidth,
                1f,
                query,
                queryOffset,
                queryStride,
                projected,
                (long) keyRow * 3 * hidden + hidden + column,
                3 * hidden,
                0f,
                scores,
                0,
                keys);
        kernels.softmax(scores, keys, keys, scale, 0, count);
    }

    /**
     * Adds the gradients of all parameters, for the batch of the last forward pass.
     *
     * @param outputGradient [selected, hidden], gradient of what {@link #forward} returned; overwritten
     */
    public void backward(PackedBatch batch, Selection selection, Tensor outputGradient) {
        if (!training) {
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
                    workspace.gradient(),
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
                    workspace.gradient(), batch.tokens(), wordGradient, columnFrom, columnTo, 0, batch.size());
            kernels.scatterAddRows(
                    workspace.gradient(), positions, positionGradient, columnFrom, columnTo, 0, batch.size());
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
        Activations a = workspace.layers.get(layer);
        Tensor gradient = workspace.gradient();
        Tensor projectedGradient = workspace.projectedGradient();
        backwardRest(p, g, a, gradient, workspace.widened, firstRow, lastRow);
        for (int s = from; s < to; s++) {
            int row = batch.offset(s);
            attendBackward(
                    part,
                    a.projected,
                    row,
                    3 * hidden,
                    batch.length(s),
                    a.projected,
                    row,
                    batch.length(s),
                    row,
                    projectedGradient,
                    row);
        }
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
        Activations a = workspace.layers.get(layer);
        Tensor gradient = workspace.gradient();
        Tensor projectedGradient = workspace.projectedGradient();
        Tensor queryGradient = workspace.selectedQueryGradient();
        backwardRest(p, g, a, outputGradient, workspace.selectedWidened, firstSelected, lastSelected);
        for (int s = from; s < to; s++) {
            int selected = selection.start(s);
            attendBackward(
                    part,
                    workspace.selectedQuery,
                    selected,
                    hidden,
                    selection.start(s + 1) - selected,
                    a.projected,
                    batch.offset(s),
                    batch.length(s),
                    selected,
                    queryGradient,
                    selected);
        }
        // Queries: of the selected tokens
        kernels.columnSums(queryGradient, g.projectionBias, 0, hidden, firstSelected, lastSelected);
        addOuter(queryGradient, workspace.selectedInput, g.projection, firstSelected, lastSelected);
        times(queryGradient, p.projection, outputGradient, 1f, firstSelected, lastSelected);
        // Keys and values: of all tokens
        long projectedOffset = (long) firstRow * 3 * hidden + hidden;
        long weightOffset = (long) hidden * hidden;
        long inputOffset = (long) firstRow * hidden;
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
            LayerParameters p, LayerParameters g, Activations a, Tensor gradient, Tensor widened, int from, int to) {
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
        Tensor wideGradient = workspace.wideGradient();
        times(gradient, p.output, wideGradient, 0f, from, to);
        kernels.biasGeluBackward(a.wide, wideGradient, widened, g.intermediateBias, from, to);
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
        times(gradient, p.attentionOutput, workspace.attendedGradient(), 0f, from, to);
    }

    /** Backward of {@link #attend}: computes the probabilities once more rather than keep them. */
    private void attendBackward(
            int part,
            Tensor query,
            int queryRow,
            int queryStride,
            int queries,
            Tensor projected,
            int keyRow,
            int keys,
            int attendedRow,
            Tensor queryGradient,
            int queryGradientRow) {
        Tensor scores = workspace.scores.get(part);
        Tensor scoreGradient = workspace.scoreGradients.get(part);
        Tensor attendedGradient = workspace.attendedGradient();
        Tensor projectedGradient = workspace.projectedGradient();
        if (queries == 0) {
            projectedGradient
                    .segment()
                    .asSlice(3L * keyRow * hidden * Float.BYTES, 3L * keys * hidden * Float.BYTES)
                    .fill((byte) 0);
            return;
        }
        for (int head = 0; head < heads; head++) {
            long column = (long) head * headWidth;
            long key = (long) keyRow * 3 * hidden + hidden + column;
            long value = key + hidden;
            for (int block = 0; block < queries; block += QUERY_BLOCK) {
                int count = Math.min(QUERY_BLOCK, queries - block);
                float keep = block == 0 ? 0f : 1f;
                long queryOffset = (long) (queryRow + block) * queryStride + column;
                long attendedOffset = (long) (attendedRow + block) * hidden + column;
                probabilities(scores, query, queryOffset, queryStride, count, projected, keyRow, keys, column);
                products.multiply(
                        true,
                        false,
                        keys,
                        headWidth,
                        count,
                        1f,
                        scores,
                        0,
                        keys,
                        attendedGradient,
                        attendedOffset,
                        hidden,
                        keep,
                        projectedGradient,
                        value,
                        3 * hidden);
                products.multiply(
                        false,
                        true,
                        count,
                        keys,
                        headWidth,
                        1f,
                        attendedGradient,
                        attendedOffset,
                        hidden,
                        projected,
                        value,
                        3 * hidden,
                        0f,
                        scoreGradient,
                        0,
                        keys);
                kernels.softmaxBackward(scores, scoreGradient, keys, keys, scale, 0, count);
                products.multiply(
                        false,
                        false,
                        count,
                        headWidth,
                        keys,
                        1f,
                        scoreGradient,
                        0,
                        keys,
                        projected,
                        key,
                        3 * hidden,
                        0f,
                        queryGradient,
                        (long) (queryGradientRow + block) * queryStride + column,
                        queryStride);
                products.multiply(
                        true,
                        false,
                        keys,
                        headWidth,
                        count,
                        1f,
                        scoreGradient,
                        0,
                        keys,
                        query,
                        queryOffset,
                        queryStride,
                        keep,
                        projectedGradient,
                        key,
                        3 * hidden);
            }
        }
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
