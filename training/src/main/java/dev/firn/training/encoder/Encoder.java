package dev.firn.training.encoder;

import dev.firn.training.kernels.ComputeContext;
import java.io.IOException;
import java.nio.file.Path;

/** A BERT or XLM-R encoder. */
public final class Encoder implements AutoCloseable {
    private final EncoderConfiguration configuration;

    Encoder(EncoderConfiguration configuration) {
        this.configuration = configuration;
    }

    /**
     * Writes new weights with a masked language head: {@code config.json} and {@code model.safetensors}. Matrices are drawn from a
     * normal distribution of deviation {@code initializerRange} by the seed, norms are 1, biases 0.
     */
    public static void initialise(EncoderConfiguration configuration, long seed, Path folder) throws IOException {
        unfinished("initialise");
    }

    /**
     * Reads the encoder of a folder with {@code config.json} and {@code model.safetensors}; a masked language head is left out.
     *
     * @throws IOException when a file is missing or broken, or tensors are missing or of another shape
     */
    public static Encoder load(Path folder, ComputeContext context) throws IOException {
        unfinished("load");
        return new Encoder(null);
    }

    public EncoderConfiguration configuration() {
        return configuration;
    }

    /**
     * Embeds token sequences: the encoder's output at the first token, normalised to length 1.
     *
     * @param tokenRows sequences of ids, each of 1 to {@code maximumTokens} tokens of the vocabulary
     * @param target [rows, hidden], row by row
     */
    public void embed(int[][] tokenRows, float[] target) {
        unfinished("embed");
    }

    @Override
    public void close() {}

    private static void unfinished(String method) {
        if (!method.isEmpty()) {
            throw new UnsupportedOperationException(method);
        }
    }
}
