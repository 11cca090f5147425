package dev.firn.training.batch;

import static java.util.Objects.requireNonNull;

import dev.firn.training.random.CounterRandom;
import dev.firn.training.random.Permutation;
import dev.firn.training.random.Purpose;
import java.util.Arrays;

/**
 * Which texts each step takes: every epoch all texts in random order, cut into batches of a number of texts or of tokens. The last
 * batch of an epoch may be smaller. With a budget of tokens, epochs differ in their number of batches.
 */
public final class TextBatches {
    private final TokenTable texts;
    private final TextBatching batching;
    private final int maximumTokens;
    private final CounterRandom random;

    // Where the batches of one epoch begin, kept for the epoch in use
    private long epoch = -1;
    private long epochStart;
    private int[] starts = new int[0];

    /** @throws IllegalArgumentException when there is no text */
    public TextBatches(TokenTable texts, TextBatching batching, int maximumTokens, long seed) {
        this.texts = requireNonNull(texts, "texts is null");
        this.batching = requireNonNull(batching, "batching is null");
        if (texts.rows() == 0) {
            throw new IllegalArgumentException("there is no text");
        }
        this.maximumTokens = maximumTokens;
        this.random = new CounterRandom(seed, Purpose.ORDER_OF_BATCHES);
        load(0, 0);
    }

    /** Number of batches of the first epoch. */
    public long firstEpoch() {
        return epoch == 0 ? starts.length - 1 : new TextBatches(texts, batching, maximumTokens, random).firstEpoch();
    }

    private TextBatches(TokenTable texts, TextBatching batching, int maximumTokens, CounterRandom random) {
        this.texts = texts;
        this.batching = batching;
        this.maximumTokens = maximumTokens;
        this.random = random;
        load(0, 0);
    }

    /** The texts of a step: a function of the seed and the step alone. */
    public int[] choose(long step) {
        if (step < epochStart) {
            load(0, 0);
        }
        while (step >= epochStart + starts.length - 1) {
            load(epoch + 1, epochStart + starts.length - 1);
        }
        int batch = (int) (step - epochStart);
        Permutation order = new Permutation(random, epoch, texts.rows());
        int[] rows = new int[starts[batch + 1] - starts[batch]];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (int) order.at(starts[batch] + i);
        }
        return rows;
    }

    private void load(long newEpoch, long start) {
        epoch = newEpoch;
        epochStart = start;
        int count = texts.rows();
        switch (batching) {
            case TextBatching.TextsPerBatch(int perBatch) -> {
                int batches = (count + perBatch - 1) / perBatch;
                starts = new int[batches + 1];
                for (int i = 0; i <= batches; i++) {
                    starts[i] = (int) Math.min((long) i * perBatch, count);
                }
            }
            case TextBatching.TokensPerBatch(int budget) -> {
                Permutation order = new Permutation(random, epoch, count);
                int[] found = new int[64];
                int batches = 0;
                long filled = 0;
                for (int i = 0; i < count; i++) {
                    int length = Math.min(texts.length((int) order.at(i)), maximumTokens);
                    if (filled > 0 && filled + length > budget) {
                        batches++;
                        if (batches + 2 > found.length) {
                            found = Arrays.copyOf(found, 2 * found.length);
                        }
                        found[batches] = i;
                        filled = 0;
                    }
                    filled += length;
                }
                found[batches + 1] = count;
                starts = Arrays.copyOf(found, batches + 2);
            }
        }
    }
}
