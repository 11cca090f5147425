package dev.firn.training.batch;

import static java.util.Objects.requireNonNull;

import dev.firn.training.random.CounterRandom;
import dev.firn.training.random.Permutation;
import dev.firn.training.random.Purpose;

/**
 * Which texts each step takes: every epoch all texts in random order, cut into batches of a number of texts or of tokens. The last
 * batch of an epoch may be smaller. With a budget of tokens, epochs differ in their number of batches.
 */
public final class TextBatches {
    private final TokenTable texts;
    private final TextBatching batching;
    private final int maximumTokens;
    private final CounterRandom random;

    private final long firstEpoch;
    // Where the batches of one epoch begin, kept for the epoch in use; after the last of them, the number of texts
    private long epoch = -1;
    private long epochStart;
    private final RowNumbers starts = new RowNumbers();

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
        this.firstEpoch = batches();
    }

    /** Number of batches of the first epoch. */
    public long firstEpoch() {
        return firstEpoch;
    }

    /**
     * The texts of a step: a function of the seed and the step alone.
     *
     * @param rows receives them, and nothing else
     */
    public void choose(long step, RowNumbers rows) {
        if (step < epochStart) {
            load(0, 0);
        }
        while (step >= epochStart + batches()) {
            load(epoch + 1, epochStart + batches());
        }
        int batch = (int) (step - epochStart);
        Permutation order = new Permutation(random, epoch, texts.rows());
        rows.clear();
        for (int i = starts.get(batch); i < starts.get(batch + 1); i++) {
            rows.add((int) order.at(i));
        }
    }

    /** Number of batches of the epoch in use. */
    private int batches() {
        return starts.size() - 1;
    }

    private void load(long newEpoch, long start) {
        epoch = newEpoch;
        epochStart = start;
        int count = texts.rows();
        starts.clear();
        switch (batching) {
            case TextBatching.TextsPerBatch(int perBatch) -> {
                for (long first = 0; first < count; first += perBatch) {
                    starts.add((int) first);
                }
            }
            case TextBatching.TokensPerBatch(int budget) -> {
                Permutation order = new Permutation(random, epoch, count);
                starts.add(0);
                long filled = 0;
                for (int i = 0; i < count; i++) {
                    int length = Math.min(texts.length((int) order.at(i)), maximumTokens);
                    if (filled > 0 && filled + length > budget) {
                        starts.add(i);
                        filled = 0;
                    }
                    filled += length;
                }
            }
        }
        starts.add(count);
    }
}
