package dev.firn.training.batch;

import static java.util.Objects.requireNonNull;

import dev.firn.training.random.CounterRandom;
import dev.firn.training.random.Purpose;
import java.util.stream.IntStream;

/**
 * Swaps most tokens of some pairs for tokens that no training text holds, the same token for the same one in all texts of the pair.
 * What query and document shared they still share, so training learns that a token it knows nothing of is matched by itself.
 * Without this, training fades such tokens beside those it knows, and texts in scripts that were never trained on, spelled in
 * bytes, lose the overlap that random weights still see.
 *
 * <p>Firn's own, not of Arctic-Embed's recipe. Each choice is a function of (seed, step, pair, token).
 */
public final class UnseenTokens {
    // Some are left, as the names of products are in any script
    private static final double SWAPPED_TOKENS = 0.9;

    private final double share;
    private final int[] unseen;
    private final CounterRandom random;

    /**
     * @param share of the pairs whose tokens are swapped, from 0 to 1
     * @param frequencies how often each token of the vocabulary occurs in the training texts
     */
    public UnseenTokens(double share, long[] frequencies, long seed) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be from 0 to 1, is " + share);
        }
        requireNonNull(frequencies, "frequencies is null");
        this.share = share;
        this.unseen = IntStream.range(0, frequencies.length)
                .filter(token -> frequencies[token] == 0)
                .toArray();
        this.random = new CounterRandom(seed, Purpose.UNSEEN_TOKENS);
    }

    /** Swaps in place, in one sequence of a batch; its first and last token, which are special, stay. */
    public void swap(PackedBatch batch, int sequence, long step, int pair) {
        if (share == 0 || unseen.length == 0) {
            return;
        }
        int[] tokens = batch.tokens();
        if (random.uniform(step, 2 * pair + 1, -1) >= share) {
            return;
        }
        for (int i = batch.offset(sequence) + 1; i < batch.offset(sequence + 1) - 1; i++) {
            if (random.uniform(step, 2 * pair, tokens[i]) < SWAPPED_TOKENS) {
                tokens[i] = unseen[random.below(unseen.length, step, 2 * pair + 1, tokens[i])];
            }
        }
    }
}
