package dev.firn.training.batch;

import static java.util.Objects.requireNonNull;

import dev.firn.training.random.CounterRandom;
import dev.firn.training.random.Purpose;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Swaps most tokens of some pairs for tokens that no text of the pairs holds, the same token for the same one in all texts of the pair.
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
     * @param frequencies how often each token of the vocabulary occurs in the texts of the pairs
     * @param specialTokens never swapped in: padding and masks are no text
     */
    public UnseenTokens(double share, long[] frequencies, List<Integer> specialTokens, long seed) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be from 0 to 1, is " + share);
        }
        requireNonNull(frequencies, "frequencies is null");
        this.share = share;
        this.unseen = IntStream.range(0, frequencies.length)
                .filter(token -> frequencies[token] == 0 && !specialTokens.contains(token))
                .toArray();
        this.random = new CounterRandom(seed, Purpose.UNSEEN_TOKENS);
    }

    /**
     * Swaps in place, if chance chose the pair and its query shares a token with its document: else nothing would be left to match.
     * The first and last token of a sequence, which are special, stay.
     *
     * @param query the query's sequence in the batch
     * @param firstDocument the sequence of the pair's document; those of its hard negatives follow
     * @param documents number of documents, negatives included
     */
    public void swap(PackedBatch batch, int query, int firstDocument, int documents, long step, int pair) {
        if (unseen.length == 0
                || random.uniform(step, 2 * pair + 1, -1) >= share
                || !shareAToken(batch, query, firstDocument)) {
            return;
        }
        swap(batch, query, step, pair);
        for (int document = firstDocument; document < firstDocument + documents; document++) {
            swap(batch, document, step, pair);
        }
    }

    private static boolean shareAToken(PackedBatch batch, int query, int document) {
        int[] tokens = batch.tokens();
        for (int i = batch.offset(query) + 1; i < batch.offset(query + 1) - 1; i++) {
            for (int k = batch.offset(document) + 1; k < batch.offset(document + 1) - 1; k++) {
                if (tokens[i] == tokens[k]) {
                    return true;
                }
            }
        }
        return false;
    }

    private void swap(PackedBatch batch, int sequence, long step, int pair) {
        int[] tokens = batch.tokens();
        for (int i = batch.offset(sequence) + 1; i < batch.offset(sequence + 1) - 1; i++) {
            if (random.uniform(step, 2 * pair, tokens[i]) < SWAPPED_TOKENS) {
                tokens[i] = unseen[random.below(unseen.length, step, 2 * pair + 1, tokens[i])];
            }
        }
    }
}
