package dev.firn.bench.peer;

import dev.firn.training.batch.PairSource;
import dev.firn.training.batch.TokenTable;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.encoder.WeightsFolder;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.loss.MatryoshkaSlice;
import dev.firn.training.loss.NegativesMode;
import dev.firn.training.optimizer.AdamWSettings;
import dev.firn.training.schedule.Constant;
import dev.firn.training.tokenizer.Letters;
import dev.firn.training.trainer.ContrastiveSettings;
import dev.firn.training.trainer.OptimizationSettings;
import dev.firn.training.trainer.TrainingLength;
import dev.firn.training.trainer.TrainingLoop;
import java.io.IOException;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Contrastive steps by Firn, as a pretraining stage runs them. */
final class FirnContrastive implements Runner {
    // Past the special tokens
    private static final int FIRST_TOKEN = 5;

    private final ComputeContext context;
    private final TrainingLoop loop;

    FirnContrastive(ContrastiveWork work) throws IOException {
        Path folder = Path.of(work.weights());
        EncoderConfiguration configuration = WeightsFolder.readConfiguration(folder);
        Random random = new Random(3);
        TokenTable queries = texts(work, configuration.vocabularySize(), random);
        TokenTable documents = texts(work, configuration.vocabularySize(), random);
        int[] pairs = new int[2 * work.pairs()];
        for (int i = 0; i < pairs.length; i++) {
            pairs[i] = i / 2;
        }
        ContrastiveSettings settings = new ContrastiveSettings(
                0.02,
                NegativesMode.IN_BATCH,
                List.of(new MatryoshkaSlice(configuration.hidden(), 1)),
                Pooling.CLS,
                work.tokens(),
                work.tokens(),
                work.batchSize(),
                1,
                0,
                Letters.none(),
                work.chunkSequences() * work.tokens(),
                new TrainingLength.Steps(Integer.MAX_VALUE),
                new OptimizationSettings(AdamWSettings.defaults(), new Constant(1e-4), 1, 7));
        this.context = new ComputeContext(work.threads());
        this.loop = TrainingLoop.contrastive(
                folder,
                queries,
                documents,
                List.of(new PairSource("pairs", "en", IntBuffer.wrap(pairs))),
                settings,
                context);
    }

    private static TokenTable texts(ContrastiveWork work, int vocabulary, Random random) {
        int[][] rows = new int[work.pairs()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = random.ints(work.tokens(), FIRST_TOKEN, vocabulary).toArray();
        }
        return TokenTable.of(rows);
    }

    @Override
    public Map<String, Double> run(String name) {
        return Map.of("loss", loop.step().loss());
    }

    @Override
    public void close() {
        loop.close();
        context.close();
    }
}
