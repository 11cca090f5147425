package dev.firn.training.encoder;

import static java.util.Objects.requireNonNull;

import dev.firn.training.batch.PackedBatch;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.stream.IntStream;

/** A BERT or XLM-R encoder for inference. Not thread-safe: it keeps its memory from call to call. */
public final class Encoder implements AutoCloseable {
    // Sequences are packed into batches of about this many tokens
    private static final int BATCH_TOKENS = 8192;

    private final EncoderConfiguration configuration;
    private final ComputeContext context;
    private final Tensor values;
    private final PooledEncoder encoder;
    private final PackedBatch batch = new PackedBatch();
    private Tensor embeddings = Tensor.zeros(0, 0);
    private Tensor lengths = Tensor.zeros(0, 0);

    private Encoder(
            EncoderConfiguration configuration,
            Pooling pooling,
            ComputeContext context,
            Tensor values,
            ParameterLayout layout) {
        this.configuration = configuration;
        this.context = context;
        this.values = values;
        this.encoder = new PooledEncoder(layout, values, null, pooling, context);
    }

    /**
     * Writes new weights with a masked language head: {@code config.json} and {@code model.safetensors}. Matrices are drawn from a
     * normal distribution of deviation {@code initializerRange} by the seed, norms are 1, biases 0.
     */
    public static void initialise(EncoderConfiguration configuration, long seed, Path folder) throws IOException {
        ParameterLayout layout = new ParameterLayout(configuration, true);
        try (Tensor values = WeightsFolder.initialise(layout, seed)) {
            WeightsFolder.write(folder, layout, values.segment());
        }
    }

    /**
     * As {@link #initialise(EncoderConfiguration, long, Path)}, with the bias of the masked language head at the logarithm of each
     * token's share. Training then does not begin by learning the frequencies through the word embeddings, which are tied to the
     * head: that would move all rare tokens the same way, and tokens that never occur could no longer be told apart.
     *
     * @param frequencies how often each token of the vocabulary is to be predicted, relative to the others
     */
    public static void initialise(EncoderConfiguration configuration, long seed, long[] frequencies, Path folder)
            throws IOException {
        ParameterLayout layout = new ParameterLayout(configuration, true);
        try (Tensor values = WeightsFolder.initialise(layout, seed)) {
            WeightsFolder.setHeadBias(layout, values, frequencies);
            WeightsFolder.write(folder, layout, values.segment());
        }
    }

    /**
     * Reads the encoder of a folder with {@code config.json} and {@code model.safetensors}; a masked language head is left out.
     *
     * @throws IOException when a file is missing or broken, or tensors are missing or of another shape
     */
    public static Encoder load(Path folder, Pooling pooling, ComputeContext context) throws IOException {
        requireNonNull(context, "context is null");
        EncoderConfiguration configuration = WeightsFolder.readConfiguration(folder);
        ParameterLayout layout = new ParameterLayout(configuration, false);
        return new Encoder(configuration, pooling, context, WeightsFolder.read(folder, layout), layout);
    }

    public EncoderConfiguration configuration() {
        return configuration;
    }

    /**
     * Embeds token sequences: the encoder's output, pooled and normalised to length 1. Sequences are taken by length, so
     * that the threads get equal work.
     *
     * <p>The same sequences in one call give the same bits every time, with the same number of threads. What a sequence is embedded
     * together with shows in the last bits only (differences below 1e-6): OpenBLAS adds up a row in another order where it falls
     * elsewhere in a tile.
     *
     * @param tokenRows sequences of ids, each of 1 to {@code maximumTokens} tokens of the vocabulary
     * @param target [rows, hidden], row by row
     * @throws IllegalArgumentException when a token or a length is outside, or the target too short
     */
    public void embed(int[][] tokenRows, float[] target) {
        int hidden = configuration.hidden();
        if (target.length < (long) tokenRows.length * hidden) {
            throw new IllegalArgumentException("the target holds " + target.length + " values, " + tokenRows.length
                    + " vectors of " + hidden + " are wanted");
        }
        int[] order = IntStream.range(0, tokenRows.length)
                .boxed()
                .sorted((a, b) -> tokenRows[a].length != tokenRows[b].length
                        ? Integer.compare(tokenRows[b].length, tokenRows[a].length)
                        : Integer.compare(a, b))
                .mapToInt(Integer::intValue)
                .toArray();
        int from = 0;
        while (from < order.length) {
            batch.clear();
            int to = from;
            while (to < order.length && (to == from || batch.size() + tokenRows[order[to]].length <= BATCH_TOKENS)) {
                batch.add(tokenRows[order[to]], 0, tokenRows[order[to]].length);
                to++;
            }
            embedBatch(order, from, to, target);
            from = to;
        }
    }

    private void embedBatch(int[] order, int from, int to, float[] target) {
        int hidden = configuration.hidden();
        int count = to - from;
        Tensor output = encoder.forward(batch);
        if (embeddings.rows() < count) {
            embeddings.close();
            lengths.close();
            embeddings = Tensor.zeros(count, hidden);
            lengths = Tensor.zeros(count, 1);
        }
        context.kernels().normalize(output, hidden, embeddings, lengths, 0, count);
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(
                    embeddings.segment(),
                    ValueLayout.JAVA_FLOAT,
                    (long) i * hidden * Float.BYTES,
                    target,
                    order[from + i] * hidden,
                    hidden);
        }
    }

    @Override
    public void close() {
        encoder.close();
        values.close();
        embeddings.close();
        lengths.close();
    }
}
