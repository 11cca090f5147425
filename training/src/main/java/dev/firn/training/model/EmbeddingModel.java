package dev.firn.training.model;

import static java.util.Objects.requireNonNull;

import dev.firn.training.ProgressListener;
import dev.firn.training.encoder.Encoder;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A model read from its folder, ready to embed texts. Not for use by several threads at once, since it computes on its own; but
 * {@link #encode} and {@link #dimension} may be called at any time.
 *
 * <p>The same list of texts gives the same bits with the same number of threads. In another list, or with another number of threads,
 * a text's vector may differ by what single-precision sums are rounded.
 */
public final class EmbeddingModel implements TextEmbedder, AutoCloseable {
    private static final int TEXTS_AT_ONCE = 256;

    private final EmbeddingSettings settings;
    private final Tokenizer tokenizer;
    private final ComputeContext context;
    private final Encoder encoder;

    private EmbeddingModel(EmbeddingSettings settings, Tokenizer tokenizer, ComputeContext context, Encoder encoder) {
        this.settings = requireNonNull(settings, "settings is null");
        this.tokenizer = requireNonNull(tokenizer, "tokenizer is null");
        this.context = requireNonNull(context, "context is null");
        this.encoder = requireNonNull(encoder, "encoder is null");
    }

    /**
     * Reads a folder in sentence-transformers' layout, as {@link ModelFolder} writes it.
     *
     * @param threads number of threads that compute
     * @throws IOException when a file is missing or broken, or asks for what is not supported
     */
    public static EmbeddingModel load(Path folder, int threads) throws IOException {
        EmbeddingSettings settings = ModelFolder.readSettings(folder);
        ComputeContext context = new ComputeContext(threads);
        Tokenizer tokenizer = null;
        try {
            tokenizer = Tokenizer.open(folder, settings.maximumTokens());
            Encoder encoder = Encoder.load(folder, settings.pooling(), context);
            int tokens = tokenizer.vocabularySize();
            int rows = encoder.configuration().vocabularySize();
            if (tokens > rows) {
                encoder.close();
                throw new IOException(
                        folder + ": the tokenizer has " + tokens + " ids, the weights have rows for " + rows);
            }
            return new EmbeddingModel(settings, tokenizer, context, encoder);
        } catch (IOException | RuntimeException e) {
            if (tokenizer != null) {
                tokenizer.close();
            }
            context.close();
            throw e;
        }
    }

    @Override
    public int dimension() {
        return encoder.configuration().hidden();
    }

    @Override
    public float[] embed(TextKind kind, List<String> texts, ProgressListener progress) {
        int dimension = dimension();
        float[] vectors = new float[Math.multiplyExact(texts.size(), dimension)];
        for (int start = 0; start < texts.size(); start += TEXTS_AT_ONCE) {
            List<String> some = texts.subList(start, Math.min(start + TEXTS_AT_ONCE, texts.size()));
            float[] target = embed(encode(kind, some));
            System.arraycopy(target, 0, vectors, start * dimension, target.length);
            progress.progress(start + some.size(), texts.size());
        }
        return vectors;
    }

    /**
     * Embeds texts and keeps the first numbers of each vector, normalised again.
     *
     * @param dimensions from 1 to {@link #dimension()}
     * @return {@code [texts.size(), dimensions]}, row by row
     */
    public float[] embed(TextKind kind, List<String> texts, int dimensions) {
        return Truncation.truncate(embed(kind, texts), dimension(), dimensions);
    }

    /** The token ids of texts as they are embedded, prefix and special tokens included, after cutting: a row for each text. */
    public int[][] encode(TextKind kind, List<String> texts) {
        return tokenizer.encode(texts.stream().map(text -> prefix(kind) + text).toList());
    }

    /**
     * Embeds texts that were {@linkplain #encode encoded}.
     *
     * @return {@code [tokens.length, dimension]}, row by row
     */
    public float[] embed(int[][] tokens) {
        float[] vectors = new float[Math.multiplyExact(tokens.length, dimension())];
        encoder.embed(tokens, vectors);
        return vectors;
    }

    /** Tokens of a text as it is embedded, prefix and special tokens included, after cutting. */
    public int countTokens(TextKind kind, String text) {
        return tokenizer.encode(prefix(kind) + text).length;
    }

    private String prefix(TextKind kind) {
        return switch (kind) {
            case QUERY -> settings.queryPrefix();
            case DOCUMENT -> settings.documentPrefix();
        };
    }

    @Override
    public void close() {
        encoder.close();
        tokenizer.close();
        context.close();
    }
}
