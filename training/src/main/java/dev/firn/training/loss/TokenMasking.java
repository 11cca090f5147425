package dev.firn.training.loss;

import dev.firn.training.batch.PackedBatch;
import dev.firn.training.batch.Selection;
import dev.firn.training.random.CounterRandom;
import dev.firn.training.random.Purpose;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Chooses the tokens of masked language modelling and replaces them: 80% by the mask token, 10% by a random token, 10% by
 * themselves (Devlin et al. 2019). Each choice is a function of (seed, step, position in the batch). A batch in which chance
 * chose nothing has the token chosen that came nearest.
 */
public final class TokenMasking {
    private static final double MASKED = 0.8;
    private static final double MASKED_OR_RANDOM = 0.9;

    private final double share;
    private final int maskToken;
    private final boolean[] special;
    private final int[] ordinary;
    private final CounterRandom random;

    private int[] places = new int[64];
    private int[] words = new int[64];
    private int count;

    /**
     * @param share of the tokens that are not special
     * @throws IllegalArgumentException when a token is outside the vocabulary, or all are special
     */
    public TokenMasking(double share, int maskToken, List<Integer> specialTokens, int vocabularySize, long seed) {
        this.share = share;
        this.maskToken = maskToken;
        this.random = new CounterRandom(seed, Purpose.MASKING);
        this.special = new boolean[vocabularySize];
        Set<Integer> all = new HashSet<>(specialTokens);
        all.add(maskToken);
        for (int token : all) {
            if (token < 0 || token >= vocabularySize) {
                throw new IllegalArgumentException(
                        "special token " + token + " is outside the vocabulary of " + vocabularySize);
            }
            special[token] = true;
        }
        int[] found = new int[vocabularySize];
        int size = 0;
        for (int token = 0; token < vocabularySize; token++) {
            if (!special[token]) {
                found[size++] = token;
            }
        }
        if (size == 0) {
            throw new IllegalArgumentException("all tokens of the vocabulary are special");
        }
        this.ordinary = Arrays.copyOf(found, size);
    }

    /**
     * How many tokens may be chosen of a number of tokens: the mean and six deviations, which chance exceeds once in a thousand
     * million batches.
     */
    public static int atMost(double share, int tokens) {
        double most = share * tokens + 6 * Math.sqrt(tokens * share * (1 - share)) + 1;
        return (int) Math.min(tokens, Math.ceil(most));
    }

    /**
     * Masks a batch in place.
     *
     * @return number of tokens chosen; 0 only when all tokens are special
     */
    public int mask(PackedBatch batch, long step) {
        int[] tokens = batch.tokens();
        count = 0;
        int nearest = -1;
        double least = 2;
        for (int i = 0; i < batch.size(); i++) {
            if (tokens[i] < 0 || tokens[i] >= special.length) {
                throw new IllegalArgumentException(
                        "token " + tokens[i] + " is outside the vocabulary of " + special.length);
            }
            if (special[tokens[i]]) {
                continue;
            }
            double chance = random.uniform(step, 0, i);
            if (chance < least) {
                least = chance;
                nearest = i;
            }
            if (chance < share) {
                choose(tokens, i, step);
            }
        }
        if (count == 0 && nearest >= 0) {
            choose(tokens, nearest, step);
        }
        return count;
    }

    private void choose(int[] tokens, int place, long step) {
        if (count == places.length) {
            places = Arrays.copyOf(places, 2 * count);
            words = Arrays.copyOf(words, 2 * count);
        }
        places[count] = place;
        words[count] = tokens[place];
        count++;
        double kind = random.uniform(step, 1, place);
        if (kind < MASKED) {
            tokens[place] = maskToken;
        } else if (kind < MASKED_OR_RANDOM) {
            tokens[place] = ordinary[random.below(ordinary.length, step, 2, place)];
        }
    }

    /** The words that stood at the chosen tokens, in the order of the batch; not a copy. */
    public int[] words() {
        return words;
    }

    /** Indices of the chosen tokens in the batch, rising; not a copy. */
    public int[] places() {
        return places;
    }

    /**
     * Selects the chosen tokens of sequences {@code from} to {@code to}, as indices in a batch of these sequences alone.
     *
     * @param first number of tokens chosen before sequence {@code from}
     * @return number of tokens chosen before sequence {@code to}
     */
    public int select(PackedBatch batch, int from, int to, int first, Selection selection) {
        selection.clear();
        int next = first;
        for (int s = from; s < to; s++) {
            while (next < count && places[next] < batch.offset(s + 1)) {
                selection.add(places[next] - batch.offset(from));
                next++;
            }
            selection.endSequence();
        }
        return next;
    }
}
