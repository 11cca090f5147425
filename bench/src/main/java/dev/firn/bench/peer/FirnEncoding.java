package dev.firn.bench.peer;

import dev.firn.training.encoder.Encoder;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.kernels.ComputeContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Embedding by Firn. */
final class FirnEncoding implements Runner {
    private final EncodingWork work;
    private final ComputeContext context;
    private final Encoder encoder;
    private final float[] vectors;

    FirnEncoding(EncodingWork work) throws IOException {
        this.work = work;
        this.context = new ComputeContext(work.threads());
        this.encoder = Encoder.load(Path.of(work.model()), Pooling.MEAN, context);
        this.vectors = new float[work.texts().length * encoder.configuration().hidden()];
    }

    @Override
    public Map<String, Double> run(String name) {
        encoder.embed(work.texts(), vectors);
        return Map.of("first", (double) vectors[0], "last", (double) vectors[vectors.length - 1]);
    }

    @Override
    public void close() {
        encoder.close();
        context.close();
    }
}
