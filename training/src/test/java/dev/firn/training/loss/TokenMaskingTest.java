package dev.firn.training.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.firn.training.batch.PackedBatch;
import dev.firn.training.batch.Selection;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TokenMaskingTest {
    private static final int VOCABULARY = 1000;
    private static final List<Integer> SPECIAL = List.of(0, 1, 2, 3, 4);

    private static PackedBatch batch(int sequences, int length) {
        PackedBatch batch = new PackedBatch();
        for (int s = 0; s < sequences; s++) {
            int[] tokens = new int[length];
            for (int i = 0; i < length; i++) {
                tokens[i] = i == 0 ? 0 : i == length - 1 ? 2 : 5 + (s * 31 + i * 7) % (VOCABULARY - 5);
            }
            batch.add(tokens, 0, length);
        }
        return batch;
    }

    @Test
    void choosesFifteenOfAHundredTokensAndReplacesThemEightyTenTen() {
        PackedBatch batch = batch(1000, 102);
        int[] before = Arrays.copyOf(batch.tokens(), batch.size());
        TokenMasking masking = new TokenMasking(0.15, 4, SPECIAL, VOCABULARY, 1);
        int count = masking.mask(batch, 3);
        assertThat(count / 100_000.0).isEqualTo(0.15, within(0.004));
        int masked = 0;
        int kept = 0;
        for (int i = 0; i < count; i++) {
            int place = masking.places()[i];
            assertThat(masking.words()[i]).isEqualTo(before[place]);
            assertThat(SPECIAL).doesNotContain(before[place]);
            int now = batch.tokens()[place];
            if (now == 4) {
                masked++;
            } else {
                assertThat(SPECIAL).doesNotContain(now);
                if (now == before[place]) {
                    kept++;
                }
            }
            before[place] = now;
        }
        assertThat(masked / (double) count).isEqualTo(0.8, within(0.01));
        assertThat(kept / (double) count).isEqualTo(0.1, within(0.01));
        assertThat(Arrays.copyOf(batch.tokens(), batch.size())).containsExactly(before);
    }

    @Test
    void dependsOnSeedAndStepAndNothingElse() {
        TokenMasking masking = new TokenMasking(0.15, 4, SPECIAL, VOCABULARY, 1);
        PackedBatch first = batch(10, 30);
        masking.mask(first, 7);
        PackedBatch other = batch(10, 30);
        masking.mask(other, 8);
        PackedBatch again = batch(10, 30);
        masking.mask(again, 7);
        int[] tokens = Arrays.copyOf(first.tokens(), first.size());
        assertThat(Arrays.copyOf(again.tokens(), again.size())).containsExactly(tokens);
        assertThat(Arrays.copyOf(other.tokens(), other.size())).isNotEqualTo(tokens);
        PackedBatch otherSeed = batch(10, 30);
        new TokenMasking(0.15, 4, SPECIAL, VOCABULARY, 2).mask(otherSeed, 7);
        assertThat(Arrays.copyOf(otherSeed.tokens(), otherSeed.size())).isNotEqualTo(tokens);
    }

    @Test
    void choosesAtLeastOneTokenUnlessAllAreSpecial() {
        TokenMasking masking = new TokenMasking(1e-9, 4, SPECIAL, VOCABULARY, 1);
        assertThat(masking.mask(batch(1, 3), 0)).isEqualTo(1);
        assertThat(masking.mask(batch(3, 2), 0)).isZero();
    }

    @Test
    void selectsTheChosenTokensOfSomeSequences() {
        PackedBatch batch = batch(4, 40);
        TokenMasking masking = new TokenMasking(0.3, 4, SPECIAL, VOCABULARY, 1);
        int count = masking.mask(batch, 0);
        Selection selection = new Selection();
        int before = masking.select(batch, 0, 2, 0, selection);
        assertThat(selection.size()).isEqualTo(before);
        int after = masking.select(batch, 2, 4, before, selection);
        assertThat(after).isEqualTo(count);
        assertThat(selection.sequences()).isEqualTo(2);
        for (int i = 0; i < selection.size(); i++) {
            assertThat(selection.rows()[i] + batch.offset(2)).isEqualTo(masking.places()[before + i]);
        }
        assertThat(selection.rows()[selection.start(1)]).isGreaterThanOrEqualTo(40);
    }

    @Test
    void refusesTokensOutsideTheVocabulary() {
        assertThatThrownBy(() -> new TokenMasking(0.15, VOCABULARY, SPECIAL, VOCABULARY, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("special token 1000 is outside the vocabulary of 1000");
        assertThatThrownBy(() -> new TokenMasking(0.15, 1, List.of(0), 2, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("all tokens of the vocabulary are special");
    }
}
