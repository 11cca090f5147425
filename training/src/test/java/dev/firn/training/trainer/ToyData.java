package dev.firn.training.trainer;

import dev.firn.training.batch.PairSource;
import dev.firn.training.batch.TextBatching;
import dev.firn.training.batch.TokenTable;
import dev.firn.training.encoder.Pooling;
import dev.firn.training.loss.MatryoshkaSlice;
import dev.firn.training.loss.NegativesMode;
import dev.firn.training.optimizer.AdamWSettings;
import dev.firn.training.schedule.WarmupStableDecay;
import dev.firn.training.tokenizer.Letters;
import java.nio.IntBuffer;
import java.util.List;
import java.util.Random;

/** Small made-up languages: sentences of a topic's words, whose queries use the first half of the words and documents the second. */
final class ToyData {
    static final int VOCABULARY = 105;
    static final int TOPICS = 20;

    private ToyData() {}

    static TokenTable texts(int rows, long seed) {
        Random random = new Random(seed);
        int[][] texts = new int[rows][];
        for (int i = 0; i < rows; i++) {
            texts[i] = text(random, i % TOPICS, 0, 5, 3 + random.nextInt(8));
        }
        return TokenTable.of(texts);
    }

    static TokenTable side(int rows, int firstWord, int lastWord, long seed) {
        Random random = new Random(seed);
        int[][] texts = new int[rows][];
        for (int i = 0; i < rows; i++) {
            texts[i] = text(random, i % TOPICS, firstWord, lastWord, 2 + random.nextInt(6));
        }
        return TokenTable.of(texts);
    }

    private static int[] text(Random random, int topic, int firstWord, int lastWord, int words) {
        int[] tokens = new int[words + 2];
        tokens[0] = 0;
        for (int i = 1; i <= words; i++) {
            tokens[i] = 5 + topic * 5 + firstWord + random.nextInt(lastWord - firstWord);
        }
        tokens[words + 1] = 2;
        return tokens;
    }

    static List<PairSource> sources(int rows, int negatives) {
        int[] first = new int[rows];
        int[] second = new int[rows];
        for (int i = 0; i < rows / 2; i++) {
            first[2 * i] = i;
            first[2 * i + 1] = i;
            second[2 * i] = rows / 2 + i;
            second[2 * i + 1] = rows / 2 + i;
        }
        if (negatives == 0) {
            return List.of(
                    new PairSource("first", "en", IntBuffer.wrap(first)),
                    new PairSource("second", "fr", IntBuffer.wrap(second)));
        }
        Random random = new Random(5);
        int[] hard = new int[rows / 2 * negatives];
        for (int i = 0; i < rows / 2; i++) {
            for (int k = 0; k < negatives; k++) {
                int row = random.nextInt(rows);
                hard[i * negatives + k] = row % TOPICS == i % TOPICS ? (row + 1) % rows : row;
            }
        }
        return List.of(new PairSource("first", "en", IntBuffer.wrap(first), IntBuffer.wrap(hard), negatives));
    }

    static OptimizationSettings optimization(double rate, long seed) {
        return new OptimizationSettings(AdamWSettings.defaults(), new WarmupStableDecay(rate, 5, 10), 1.0, seed);
    }

    static MaskedLanguageSettings maskedLanguage(int steps) {
        return new MaskedLanguageSettings(
                0.15,
                4,
                List.of(0, 1, 2, 3, 4),
                new TextBatching.TokensPerBatch(256),
                16,
                100,
                new TrainingLength.Steps(steps),
                optimization(1e-2, 11));
    }

    static ContrastiveSettings contrastive(NegativesMode mode, int steps, int chunkTokens) {
        return new ContrastiveSettings(
                0.05,
                mode,
                List.of(new MatryoshkaSlice(16, 0.5), new MatryoshkaSlice(8, 0.5)),
                Pooling.CLS,
                16,
                16,
                16,
                1,
                0,
                Letters.none(),
                chunkTokens,
                new TrainingLength.Steps(steps),
                optimization(2e-3, 12));
    }
}
