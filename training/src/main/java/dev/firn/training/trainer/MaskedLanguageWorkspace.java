package dev.firn.training.trainer;

import dev.firn.training.batch.PackedBatch;
import dev.firn.training.batch.TextBatching;
import dev.firn.training.encoder.MaskedLanguageHead;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.PostNormEncoder;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Memory;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.loss.TokenMasking;

/**
 * What masked language modelling holds beside its parameters: the activations of one chunk, those of the head and its scores
 * included, and the texts of the batch. All of it is taken at once, for the largest batch that the settings allow.
 */
final class MaskedLanguageWorkspace implements AutoCloseable {
    final PostNormEncoder encoder;
    final MaskedLanguageHead head;
    final PackedBatch chunk;
    final PackedBatch whole;
    private final int chunkTokens;
    private final long activationBytes;

    MaskedLanguageWorkspace(
            ParameterLayout layout,
            Tensor values,
            Tensor gradients,
            MaskedLanguageSettings settings,
            ComputeContext context) {
        Memory memory = context.memory();
        int longest = settings.maximumTokens();
        long tokens = switch (settings.batching()) {
            case TextBatching.TextsPerBatch(int texts) -> (long) texts * longest;
            case TextBatching.TokensPerBatch(int budget) -> Math.max(budget, longest);
        };
        long texts = switch (settings.batching()) {
            case TextBatching.TextsPerBatch(int count) -> count;
            case TextBatching.TokensPerBatch _ -> Chunks.mostTexts(tokens);
        };
        Chunks.Largest largest = Chunks.largest(tokens, texts, longest, settings.chunkTokens());
        int masked = TokenMasking.atMost(settings.maskedShare(), largest.tokens());
        this.chunkTokens = largest.tokens();
        long before = memory.taken();
        this.encoder = new PostNormEncoder(layout, values, gradients, settings.activationMemory(), context);
        encoder.reserve(largest.tokens(), longest, masked);
        this.head = new MaskedLanguageHead(layout, values, gradients, context);
        head.reserve(masked);
        this.chunk = new PackedBatch(memory, largest.tokens(), largest.sequences());
        this.activationBytes = memory.taken() - before;
        this.whole = PackedBatch.ofSize(memory, tokens, texts);
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
        head.close();
    }
}
