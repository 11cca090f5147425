package dev.firn.training.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MinHashTest {
    @Test
    void theShareOfEqualPlacesEstimatesTheLikenessOfThePieces() {
        Random random = new Random(1);
        double error = 0;
        int cases = 60;
        for (int i = 0; i < cases; i++) {
            String first = letters(random, 300);
            int kept = 30 + random.nextInt(270);
            String second = first.substring(0, kept) + letters(random, 300 - kept);
            double exact = likeness(first, second);
            double estimate = estimate(first, second);
            // Five standard errors
            assertThat(estimate).isCloseTo(exact, within(5 * Math.sqrt(exact * (1 - exact) / MinHash.HASHES) + 1e-9));
            error += estimate - exact;
        }
        assertThat(error / cases).isCloseTo(0, within(0.02));
    }

    @Test
    void caseAndSpacesMakeNoDifferenceAndShortTextsAreOnePiece() {
        assertThat(estimate("What  is\nFirn", "what is firn")).isEqualTo(1);
        assertThat(estimate("firn", "Firn")).isEqualTo(1);
        assertThat(estimate("firn", "fern")).isZero();
        assertThat(MinHash.signature("")).hasSize(MinHash.HASHES);
    }

    @Test
    void nearTextsAreFoundAndOthersAreNot() {
        Random random = new Random(2);
        NearTexts texts = new NearTexts(0.8, 500);
        String[] known = new String[500];
        for (int i = 0; i < known.length; i++) {
            known[i] = letters(random, 400);
            texts.add(MinHash.signature(known[i]));
        }
        for (String each : known) {
            assertThat(texts.contains(MinHash.signature(each))).isTrue();
            assertThat(texts.contains(MinHash.signature(each.substring(0, 390) + letters(random, 10))))
                    .isTrue();
            assertThat(texts.contains(MinHash.signature(each.substring(0, 200) + letters(random, 200))))
                    .isFalse();
        }
        assertThat(texts.forgotten()).isZero();
    }

    @Test
    void onlySoManyTextsAreRememberedAsWasSaid() {
        Random random = new Random(3);
        NearTexts texts = new NearTexts(0.9, 10);
        String first = letters(random, 200);
        texts.add(MinHash.signature(first));
        for (int i = 0; i < 9; i++) {
            texts.add(MinHash.signature(letters(random, 200)));
        }
        assertThat(texts.contains(MinHash.signature(first))).isTrue();
        texts.add(MinHash.signature(letters(random, 200)));
        assertThat(texts.contains(MinHash.signature(first))).isFalse();
        assertThat(texts.forgotten()).isEqualTo(1);
    }

    private static double estimate(String first, String second) {
        int[] left = MinHash.signature(first);
        int[] right = MinHash.signature(second);
        int same = 0;
        for (int i = 0; i < left.length; i++) {
            same += left[i] == right[i] ? 1 : 0;
        }
        return (double) same / left.length;
    }

    private static double likeness(String first, String second) {
        Set<String> left = pieces(first);
        Set<String> right = pieces(second);
        Set<String> both = new HashSet<>(left);
        both.retainAll(right);
        Set<String> either = new HashSet<>(left);
        either.addAll(right);
        return (double) both.size() / either.size();
    }

    private static Set<String> pieces(String text) {
        Set<String> pieces = new HashSet<>();
        for (int i = 0; i + MinHash.PIECE <= text.length(); i++) {
            pieces.add(text.substring(i, i + MinHash.PIECE));
        }
        return pieces;
    }

    private static String letters(Random random, int count) {
        return random.ints(count, 'a', 'z' + 1)
                .mapToObj(letter -> String.valueOf((char) letter))
                .collect(Collectors.joining());
    }
}
