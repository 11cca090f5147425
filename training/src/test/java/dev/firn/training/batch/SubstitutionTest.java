package dev.firn.training.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.training.tokenizer.Letters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SubstitutionTest {
    private static final int VOCABULARY = 1000;
    // Tokens 900 and above are in no text: the letters of two scripts are spelled in them, of three and of two tokens
    // each
    private static final int FIRST_UNSEEN = 900;
    private static final int[][] LONG_LETTERS =
            IntStream.range(0, 20).mapToObj(i -> new int[] {900, 910 + i, 5}).toArray(int[][]::new);
    private static final int[][] SHORT_LETTERS =
            IntStream.range(0, 20).mapToObj(i -> new int[] {950, 960 + i}).toArray(int[][]::new);
    // Of tokens that texts hold
    private static final int[][] FAMILIAR_LETTERS =
            IntStream.range(0, 20).mapToObj(i -> new int[] {100 + i}).toArray(int[][]::new);
    private static final Letters LETTERS =
            Letters.of(List.of(0, 1, 2), List.of(LONG_LETTERS, SHORT_LETTERS, FAMILIAR_LETTERS));
    private static final int STEPS = 400;

    // Begin, prefix, words, end
    private static final int[] QUERY = text(new int[] {0, 10, 11}, 100, 140);
    private static final int[] OTHER_QUERY = text(new int[] {0, 10, 11}, 500, 510);
    private static final int[] DOCUMENT = text(new int[] {0}, 120, 200);
    private static final int[] NEGATIVE = text(new int[] {0}, 110, 130);
    private static final int[] ALL = text(new int[] {0}, 3, FIRST_UNSEEN);

    private static int[] text(int[] opening, int from, int to) {
        return IntStream.concat(IntStream.concat(Arrays.stream(opening), IntStream.range(from, to)), IntStream.of(2))
                .toArray();
    }

    private static Substitution substitution(double share, Letters letters) {
        return new Substitution(
                share,
                TokenTable.of(new int[][] {QUERY, OTHER_QUERY}),
                TokenTable.of(new int[][] {DOCUMENT, NEGATIVE, ALL}),
                VOCABULARY,
                letters,
                1);
    }

    private static int[] query(Substitution substitution, int most, long step, int pair) {
        PackedBatch batch = new PackedBatch();
        substitution.addQuery(batch, 0, most, step, pair);
        return Arrays.copyOf(batch.tokens(), batch.size());
    }

    private static int[] document(Substitution substitution, int row, long step, int pair) {
        PackedBatch batch = new PackedBatch();
        substitution.addDocument(batch, row, 1000, step, pair);
        return Arrays.copyOf(batch.tokens(), batch.size());
    }

    private static boolean anyTokenFor(int[] cipher, int[] text) {
        return cipher.length == text.length
                && Arrays.stream(cipher).anyMatch(token -> token > 200 && token < FIRST_UNSEEN);
    }

    @Test
    void aTokenBecomesTheSameOneInAllTextsOfAPairAndAnotherInAnotherPair() {
        Substitution substitution = substitution(1, LETTERS);
        int seen = 0;
        for (long step = 0; step < STEPS; step++) {
            int[] query = query(substitution, 1000, step, 3);
            if (!anyTokenFor(query, QUERY)) {
                continue;
            }
            seen++;
            Map<Integer, Integer> cipher = new HashMap<>();
            for (int i = 3; i < QUERY.length - 1; i++) {
                cipher.put(QUERY[i], query[i]);
            }
            int[] document = document(substitution, 0, step, 3);
            int[] negative = document(substitution, 1, step, 3);
            for (int i = 1; i < DOCUMENT.length - 1 && DOCUMENT[i] < 140; i++) {
                assertThat(document[i]).isEqualTo(cipher.get(DOCUMENT[i]));
            }
            for (int i = 1; i < NEGATIVE.length - 1; i++) {
                assertThat(negative[i]).isEqualTo(cipher.get(NEGATIVE[i]));
            }
            assertThat(query(substitution, 1000, step, 3)).isEqualTo(query);
            assertThat(query(substitution, 1000, step, 4)).isNotEqualTo(query);
        }
        assertThat(seen).isBetween(STEPS * 4 / 10, STEPS * 6 / 10);
    }

    @Test
    void mostTokensArePutInCipherAndWhatAllTextsBeginAndEndWithNever() {
        Substitution substitution = substitution(1, LETTERS);
        int left = 0;
        int counted = 0;
        for (long step = 0; step < STEPS; step++) {
            int[] query = query(substitution, 1000, step, 3);
            assertThat(query).startsWith(0, 10, 11).endsWith(2);
            int[] document = document(substitution, 0, step, 3);
            assertThat(document).startsWith(0).endsWith(2);
            if (anyTokenFor(document, DOCUMENT)) {
                for (int i = 1; i < document.length - 1; i++) {
                    left += document[i] == DOCUMENT[i] ? 1 : 0;
                    counted++;
                }
            }
        }
        assertThat((double) left / counted).isBetween(0.09, 0.115);
    }

    @Test
    void halfThePairsAreSpelledInLettersOfOneScriptThatNoTextIsWrittenIn() {
        Substitution substitution = substitution(1, LETTERS);
        int[] spelled = new int[2];
        for (long step = 0; step < STEPS; step++) {
            int[] query = query(substitution, 1000, step, 3);
            if (anyTokenFor(query, QUERY)) {
                continue;
            }
            boolean longLetters = Arrays.stream(query).anyMatch(token -> token == 900);
            spelled[longLetters ? 1 : 0]++;
            int[] letterTokens = longLetters ? LONG_LETTERS[0] : SHORT_LETTERS[0];
            List<List<Integer>> letters = new ArrayList<>();
            for (int[] letter : longLetters ? LONG_LETTERS : SHORT_LETTERS) {
                letters.add(Arrays.stream(letter).boxed().toList());
            }
            int i = 3;
            while (i < query.length - 1) {
                if (query[i] == letterTokens[0]) {
                    assertThat(letters)
                            .contains(Arrays.stream(query, i, i + letterTokens.length)
                                    .boxed()
                                    .toList());
                    i += letterTokens.length;
                } else {
                    assertThat(query[i]).isBetween(100, 139);
                    i++;
                }
            }
        }
        assertThat(spelled[0]).isBetween(STEPS * 2 / 10, STEPS * 3 / 10);
        assertThat(spelled[1]).isBetween(STEPS * 2 / 10, STEPS * 3 / 10);
    }

    @Test
    void whatGrowsIsCutAndKeepsItsEnd() {
        Substitution substitution = substitution(1, LETTERS);
        for (long step = 0; step < STEPS; step++) {
            int[] query = query(substitution, 20, step, 3);
            assertThat(query).hasSize(20).endsWith(2);
        }
    }

    @Test
    void specialTokensAreNeverPutIn() {
        Substitution substitution =
                substitution(1, Letters.of(IntStream.range(0, 990).boxed().toList(), List.of()));
        assertThat(Arrays.stream(document(substitution, 0, 1, 1)).boxed())
                .anyMatch(token -> token >= 990)
                .allMatch(token -> token < 200 || token >= 990);
    }

    @Test
    void theShareOfThePairsThatIsAskedForIsChosen() {
        Substitution substitution = substitution(0.2, LETTERS);
        int chosen = 0;
        for (int pair = 0; pair < 1000; pair++) {
            chosen += substitution.chooses(0, 0, 1, pair) ? 1 : 0;
        }
        assertThat(chosen).isBetween(160, 240);
        assertThat(substitution(0, LETTERS).chooses(0, 0, 1, 1)).isFalse();
        assertThatThrownBy(() -> substitution(1.1, LETTERS)).hasMessage("share must be from 0 to 1, is 1.1");
    }

    @Test
    void aPairWithoutATokenInCommonIsNeverChosen() {
        Substitution substitution = substitution(1, LETTERS);
        assertThat(substitution.chooses(0, 0, 1, 1)).isTrue();
        // They share what all texts begin or end with, and nothing else
        assertThat(substitution.chooses(1, 0, 1, 1)).isFalse();
    }
}
