package dev.firn.training.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class UnseenTokensTest {
    // Tokens 0 to 899 occur, 900 to 999 do not
    private static final long[] FREQUENCIES =
            IntStream.range(0, 1000).mapToLong(token -> token < 900 ? 3 : 0).toArray();

    /** What becomes of a query and the documents of its pair. */
    private static int[][] swapped(UnseenTokens unseen, long step, int pair, int[]... sequences) {
        PackedBatch batch = new PackedBatch();
        for (int[] sequence : sequences) {
            batch.add(sequence, 0, sequence.length);
        }
        unseen.swap(batch, 0, 1, sequences.length - 1, step, pair);
        int[][] result = new int[sequences.length][];
        for (int i = 0; i < result.length; i++) {
            result[i] = Arrays.copyOfRange(batch.tokens(), batch.offset(i), batch.offset(i + 1));
        }
        return result;
    }

    @Test
    void aTokenIsSwappedForTheSameOneInAllTextsOfAPairAndForAnotherInAnotherPair() {
        UnseenTokens unseen = new UnseenTokens(1, FREQUENCIES, List.of(), 1);
        int[] query = IntStream.range(0, 200).toArray();
        int[] document = IntStream.range(0, 200).map(i -> 199 - i).toArray();
        int[] negative = IntStream.range(0, 100).map(i -> 2 * i).toArray();
        int[][] swapped = swapped(unseen, 7, 3, query, document, negative);

        Map<Integer, Integer> mapping = new HashMap<>();
        for (int i = 1; i < 199; i++) {
            mapping.put(query[i], swapped[0][i]);
        }
        for (int i = 1; i < 199; i++) {
            assertThat(swapped[1][i]).isEqualTo(mapping.get(document[i]));
        }
        for (int i = 1; i < 99; i++) {
            assertThat(swapped[2][i]).isEqualTo(mapping.get(negative[i]));
        }
        assertThat(mapping.entrySet())
                .allMatch(entry -> entry.getValue() >= 900 || entry.getValue().equals(entry.getKey()));
        assertThat(mapping.values()).filteredOn(token -> token >= 900).hasSizeBetween(160, 195);
        // The special tokens at the ends
        assertThat(swapped[0][0]).isZero();
        assertThat(swapped[0][199]).isEqualTo(199);
        assertThat(swapped(unseen, 7, 3, query, document, negative)).isDeepEqualTo(swapped);
        assertThat(swapped(unseen, 7, 4, query, document)[0]).isNotEqualTo(swapped[0]);
        assertThat(swapped(unseen, 8, 3, query, document)[0]).isNotEqualTo(swapped[0]);
    }

    @Test
    void theShareOfThePairsThatIsAskedForIsChosen() {
        UnseenTokens unseen = new UnseenTokens(0.2, FREQUENCIES, List.of(), 1);
        int[] text = IntStream.range(0, 50).toArray();
        int chosen = 0;
        for (int pair = 0; pair < 1000; pair++) {
            chosen += Arrays.equals(text, swapped(unseen, 1, pair, text, text)[0]) ? 0 : 1;
        }
        assertThat(chosen).isBetween(160, 240);
    }

    @Test
    void specialTokensAreNeverSwappedIn() {
        UnseenTokens unseen = new UnseenTokens(
                1, FREQUENCIES, IntStream.range(900, 999).boxed().toList(), 1);
        int[] text = IntStream.range(0, 200).toArray();
        assertThat(Arrays.stream(swapped(unseen, 1, 1, text, text)[0]).boxed())
                .contains(999)
                .allMatch(token -> token < 200 || token == 999);
    }

    @Test
    void aPairWithoutATokenInCommonStaysAsItIs() {
        UnseenTokens unseen = new UnseenTokens(1, FREQUENCIES, List.of(), 1);
        // The special tokens at the ends do not count
        int[] query = {0, 5, 6, 7, 2};
        int[] document = {0, 15, 16, 17, 18, 2};
        assertThat(swapped(unseen, 1, 1, query, document)).isDeepEqualTo(new int[][] {query, document});
    }

    @Test
    void nothingIsSwappedWithoutAShareOrWithoutUnseenTokens() {
        int[] tokens = IntStream.range(0, 100).toArray();
        long[] allSeen = new long[100];
        Arrays.fill(allSeen, 1);
        assertThat(swapped(new UnseenTokens(0, FREQUENCIES, List.of(), 1), 1, 1, tokens, tokens)[0])
                .isEqualTo(tokens);
        assertThat(swapped(new UnseenTokens(1, allSeen, List.of(), 1), 1, 1, tokens, tokens)[0])
                .isEqualTo(tokens);
        assertThatThrownBy(() -> new UnseenTokens(1.1, FREQUENCIES, List.of(), 1))
                .hasMessage("share must be from 0 to 1, is 1.1");
    }
}
