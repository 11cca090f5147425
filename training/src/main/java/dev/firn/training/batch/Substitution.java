package dev.firn.training.batch;

import static java.util.Objects.requireNonNull;

import dev.firn.training.random.CounterRandom;
import dev.firn.training.random.Purpose;
import dev.firn.training.tokenizer.Letters;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Puts most tokens of some pairs in cipher: the same token becomes the same thing in all texts of the pair, and another in another
 * pair. What query and document shared they still share, so training learns that what it knows nothing of is matched by itself.
 * Without this, training fades unfamiliar tokens beside those it knows, and languages that it never saw lose the overlap that
 * random weights still see.
 *
 * <p>For half of these pairs the cipher is any token of the vocabulary. For the others it is one to three letters of one script, as
 * the tokeniser spells them. Only letters with a token that no text of the pairs holds will do: what was never trained on is spelled
 * in bytes, few of which tell one letter from another.
 *
 * <p>Firn's own, not of Arctic-Embed's recipe. Each choice is a function of (seed, step, pair, token). Not thread-safe.
 */
public final class Substitution {
    // Some are left, as the names of products are in any script
    private static final double SUBSTITUTED_TOKENS = 0.9;
    private static final double ANY_TOKEN = 0.5;
    private static final int MOST_LETTERS = 3;
    private static final int FEWEST_OF_A_SCRIPT = 16;

    // What a random number is for, in the place of the pair
    private static final int PURPOSES = 3;
    private static final int OF_THE_PAIR = 0;
    private static final int WHETHER = 1;
    private static final int WHAT = 2;

    private final double share;
    private final TokenTable queries;
    private final TokenTable documents;
    private final int queryOpening;
    private final int documentOpening;
    private final int[] vocabulary;
    private final List<int[][]> scripts;
    private final CounterRandom random;
    private int[] tokens = new int[64];
    private int[] others = new int[64];
    private int[] cipher = new int[64];

    /**
     * @param share of the pairs that are put in cipher, from 0 to 1
     * @param letters as the tables' tokeniser spells them
     */
    public Substitution(
            double share, TokenTable queries, TokenTable documents, int vocabularySize, Letters letters, long seed) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be from 0 to 1, is " + share);
        }
        this.share = share;
        this.queries = requireNonNull(queries, "queries is null");
        this.documents = requireNonNull(documents, "documents is null");
        this.random = new CounterRandom(seed, Purpose.SUBSTITUTION);
        if (share == 0) {
            this.queryOpening = 0;
            this.documentOpening = 0;
            this.vocabulary = new int[0];
            this.scripts = List.of();
            return;
        }
        this.queryOpening = opening(queries);
        this.documentOpening = opening(documents);
        this.vocabulary = IntStream.range(0, vocabularySize)
                .filter(token -> !letters.specialTokens().contains(token))
                .toArray();
        long[] frequencies = queries.frequencies(vocabularySize);
        long[] ofDocuments = documents.frequencies(vocabularySize);
        for (int token = 0; token < vocabularySize; token++) {
            frequencies[token] += ofDocuments[token];
        }
        this.scripts = letters.scripts().stream()
                .map(script -> Arrays.stream(script)
                        .filter(letter -> Arrays.stream(letter).anyMatch(token -> frequencies[token] == 0))
                        .toArray(int[][]::new))
                .filter(script -> script.length >= FEWEST_OF_A_SCRIPT)
                .toList();
    }

    /** Tokens that all texts begin with: a special one and the prefix. They say what the text is, and stay. */
    private static int opening(TokenTable table) {
        int[] first = new int[table.rows() == 0 ? 0 : table.length(0)];
        if (first.length > 0) {
            table.copy(0, first.length, first, 0);
        }
        int common = Math.max(first.length - 1, 0);
        int[] tokens = new int[first.length];
        for (int row = 1; row < table.rows(); row++) {
            int length = Math.min(common, table.length(row) - 1);
            if (length > 0) {
                table.copy(row, length + 1, tokens, 0);
            }
            common = 0;
            while (common < length && tokens[common] == first[common]) {
                common++;
            }
        }
        return common;
    }

    /** Whether a pair is put in cipher: if chance chose it, and its query shares a token with its document, without which nothing would be left to match. */
    public boolean chooses(int query, int document, long step, int pair) {
        if (share == 0 || random.uniform(step, PURPOSES * pair + OF_THE_PAIR, 0) >= share) {
            return false;
        }
        tokens = load(queries, query, Integer.MAX_VALUE, tokens);
        others = load(documents, document, Integer.MAX_VALUE, others);
        for (int i = queryOpening; i < queries.length(query) - 1; i++) {
            for (int k = documentOpening; k < documents.length(document) - 1; k++) {
                if (tokens[i] == others[k]) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Adds a query of a chosen pair to a batch, cut to {@code maximumTokens}. */
    public void addQuery(PackedBatch batch, int row, int maximumTokens, long step, int pair) {
        add(batch, queries, queryOpening, row, maximumTokens, step, pair);
    }

    /** Adds a document of a chosen pair, positive or negative, to a batch, cut to {@code maximumTokens}. */
    public void addDocument(PackedBatch batch, int row, int maximumTokens, long step, int pair) {
        add(batch, documents, documentOpening, row, maximumTokens, step, pair);
    }

    private void add(
            PackedBatch batch, TokenTable table, int opening, int row, int maximumTokens, long step, int pair) {
        tokens = load(table, row, maximumTokens, tokens);
        int last = Math.min(table.length(row), maximumTokens) - 1;
        if (cipher.length < maximumTokens) {
            cipher = new int[maximumTokens];
        }
        boolean anyToken = scripts.isEmpty() || random.uniform(step, PURPOSES * pair + OF_THE_PAIR, 1) < ANY_TOKEN;
        int[][] script = anyToken
                ? new int[0][]
                : scripts.get(random.below(scripts.size(), step, PURPOSES * pair + OF_THE_PAIR, 2));
        int letters = 1 + random.below(MOST_LETTERS, step, PURPOSES * pair + OF_THE_PAIR, 3);
        int size = 0;
        for (int i = 0; i < last && size < maximumTokens - 1; i++) {
            int token = tokens[i];
            if (i < opening || random.uniform(step, PURPOSES * pair + WHETHER, token) >= SUBSTITUTED_TOKENS) {
                cipher[size++] = token;
            } else if (anyToken) {
                cipher[size++] =
                        vocabulary[random.below(vocabulary.length, step, PURPOSES * pair + WHAT, MOST_LETTERS * token)];
            } else {
                for (int k = 0; k < letters; k++) {
                    int[] letter =
                            script[random.below(script.length, step, PURPOSES * pair + WHAT, MOST_LETTERS * token + k)];
                    int count = Math.min(letter.length, maximumTokens - 1 - size);
                    System.arraycopy(letter, 0, cipher, size, count);
                    size += count;
                }
            }
        }
        cipher[size++] = tokens[last];
        batch.add(cipher, 0, size);
    }

    /** The first tokens of a row, in the array if they fit. */
    private static int[] load(TokenTable table, int row, int most, int[] into) {
        int length = Math.min(table.length(row), most);
        int[] target = into.length < length ? new int[Math.max(length, 2 * into.length)] : into;
        table.copy(row, length, target, 0);
        return target;
    }
}
