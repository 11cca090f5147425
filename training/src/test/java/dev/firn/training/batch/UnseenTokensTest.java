package dev.firn.training.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class UnseenTokensTest {
    // Tokens 0 to 899 occur, 900 to 999 do not
    private static final long[] FREQUENCIES =
            IntStream.range(0, 1000).mapToLong(token -> token < 900 ? 3 : 0).toArray();

    private static int[] swapped(UnseenTokens unseen, int[] sequence, long step, int pair) {
        PackedBatch batch = new PackedBatch();
        batch.add(sequence, 0, sequence.length);
        unseen.swap(batch, 0, step, pair);
        return Arrays.copyOf(batch.tokens(), batch.size());
    }

    @Test
    void aTokenIsSwappedForTheSameOneInAllTextsOfAPairAndForAnotherInAnotherPair() {
        UnseenTokens unseen = new UnseenTokens(1, FREQUENCIES, 1);
        int[] query = IntStream.range(0, 200).toArray();
        int[] document = IntStream.range(0, 200).map(i -> 199 - i).toArray();
        int[] newQuery = swapped(unseen, query, 7, 3);
        int[] newDocument = swapped(unseen, document, 7, 3);

        Map<Integer, Integer> mapping = new HashMap<>();
        for (int i = 1; i < 199; i++) {
            mapping.put(query[i], newQuery[i]);
        }
        for (int i = 1; i < 199; i++) {
            assertThat(newDocument[i]).isEqualTo(mapping.get(document[i]));
        }
        assertThat(mapping.entrySet())
                .allMatch(entry -> entry.getValue() >= 900 || entry.getValue().equals(entry.getKey()));
        assertThat(mapping.values()).filteredOn(token -> token >= 900).hasSizeBetween(160, 195);
        // The special tokens at the ends
        assertThat(newQuery[0]).isZero();
        assertThat(newQuery[199]).isEqualTo(199);
        assertThat(swapped(unseen, query, 7, 3)).isEqualTo(newQuery);
        assertThat(swapped(unseen, query, 7, 4)).isNotEqualTo(newQuery);
        assertThat(swapped(unseen, query, 8, 3)).isNotEqualTo(newQuery);
    }

    @Test
    void theShareOfThePairsThatIsAskedForIsChosenInAllTextsOfAPairAlike() {
        UnseenTokens unseen = new UnseenTokens(0.2, FREQUENCIES, 1);
        int[] query = IntStream.range(0, 50).toArray();
        int[] document = IntStream.range(100, 150).toArray();
        int chosen = 0;
        for (int pair = 0; pair < 1000; pair++) {
            boolean queryChanged = !Arrays.equals(query, swapped(unseen, query, 1, pair));
            assertThat(!Arrays.equals(document, swapped(unseen, document, 1, pair)))
                    .isEqualTo(queryChanged);
            chosen += queryChanged ? 1 : 0;
        }
        assertThat(chosen).isBetween(160, 240);
    }

    @Test
    void nothingIsSwappedWithoutAShareOrWithoutUnseenTokens() {
        int[] tokens = IntStream.range(0, 100).toArray();
        long[] allSeen = new long[100];
        Arrays.fill(allSeen, 1);
        assertThat(swapped(new UnseenTokens(0, FREQUENCIES, 1), tokens, 1, 1)).isEqualTo(tokens);
        assertThat(swapped(new UnseenTokens(1, allSeen, 1), tokens, 1, 1)).isEqualTo(tokens);
        assertThatThrownBy(() -> new UnseenTokens(1.1, FREQUENCIES, 1)).hasMessage("share must be from 0 to 1, is 1.1");
    }
}
