package dev.firn.training.trainer;

import dev.firn.training.batch.PackedBatch;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.PooledEncoder;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Memory;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.loss.InfoNce;

/**
 * What a contrastive training holds beside its parameters: the activations of one chunk; texts, vectors and scores of the batch. All of
 * it is taken at once, for the largest batch that the settings allow.
 */
final class ContrastiveWorkspace implements AutoCloseable {
    final PooledEncoder encoder;
    final PackedBatch chunk;
    final PackedBatch whole;
    final InfoNce loss;
    /** [texts, hidden]: queries, then documents. */
    final Tensor embeddings;

    final Tensor gradients;
    private final int chunkTokens;
    private final long activationBytes;

    /** @param negativesPerPair of the source with the most */
    ContrastiveWorkspace(
            ParameterLayout layout,
            Tensor values,
            Tensor parameterGradients,
            ContrastiveSettings settings,
            int negativesPerPair,
            ComputeContext context) {
        Memory memory = context.memory();
        int documents = Math.clamp((long) settings.batchSize() * (1 + negativesPerPair), 0, Integer.MAX_VALUE);
        long texts = (long) settings.batchSize() + documents;
        long tokens =
                (long) settings.batchSize() * settings.queryTokens() + (long) documents * settings.documentTokens();
        int longest = Math.max(settings.queryTokens(), settings.documentTokens());
        Chunks.Largest largest = Chunks.largest(tokens, texts, longest, settings.chunkTokens());
        this.chunkTokens = largest.tokens();
        long before = memory.taken();
        this.encoder = new PooledEncoder(
                layout, values, parameterGradients, settings.activationMemory(), settings.pooling(), context);
        encoder.reserve(largest.tokens(), longest, largest.sequences());
        this.chunk = new PackedBatch(memory, largest.tokens(), largest.sequences());
        this.activationBytes = memory.taken() - before;
        this.whole = PackedBatch.ofSize(memory, tokens, texts);
        this.loss = new InfoNce(settings.temperature(), settings.negatives(), settings.slices(), context);
        loss.reserve(settings.batchSize(), documents);
        int hidden = layout.configuration().hidden();
        this.embeddings = memory.tensor(texts, hidden);
        this.gradients = memory.tensor(texts, hidden);
    }

    /** Tokens of the largest chunk. */
    int chunkTokens() {
        return chunkTokens;
    }

    /** Bytes of what follows the chunk, not the batch. */
    long activationBytes() {
        return activationBytes;
    }

    @Override
    public void close() {
        encoder.close();
        loss.close();
        embeddings.close();
        gradients.close();
    }
}
