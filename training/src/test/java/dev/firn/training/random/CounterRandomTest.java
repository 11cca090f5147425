package dev.firn.training.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CounterRandomTest {
    private static long words(int first, int second) {
        return (first & 0xffffffffL) | (long) second << 32;
    }

    @Test
    void isPhiloxOfItsAuthorsKnownAnswers() {
        // kat_vectors of Random123: philox4x32 with 10 rounds
        assertThat(CounterRandom.philox(0, 0, 0, 0, 0, 0)).isEqualTo(words(0x6627e8d5, 0xe169c58d));
        assertThat(CounterRandom.philox(-1, -1, -1, -1, -1, -1)).isEqualTo(words(0x408f276d, 0x41c83b0e));
        assertThat(CounterRandom.philox(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0))
                .isEqualTo(words(0xd16cfe09, 0x94fdcceb));
    }

    @Test
    void normalNumbersHaveMeanZeroAndVarianceOne() {
        CounterRandom random = new CounterRandom(5, Purpose.INITIAL_WEIGHTS);
        double sum = 0;
        double squares = 0;
        int count = 200_000;
        for (int i = 0; i < count; i++) {
            double value = random.normal(i, 0, 0);
            sum += value;
            squares += value * value;
        }
        assertThat(sum / count).isEqualTo(0, within(0.01));
        assertThat(squares / count).isEqualTo(1, within(0.02));
    }

    @Test
    void purposesAndSeedsShareNothing() {
        long bits = new CounterRandom(1, Purpose.MASKING).bits(1, 2, 3);
        assertThat(new CounterRandom(1, Purpose.ORDER_OF_BATCHES).bits(1, 2, 3)).isNotEqualTo(bits);
        assertThat(new CounterRandom(2, Purpose.MASKING).bits(1, 2, 3)).isNotEqualTo(bits);
        assertThat(new CounterRandom(1, Purpose.MASKING).bits(1, 2, 3)).isEqualTo(bits);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 7, 64, 65, 1000, 4097})
    void aPermutationHoldsEveryNumberOnce(long size) {
        Permutation permutation = new Permutation(new CounterRandom(3, Purpose.ORDER_OF_BATCHES), 9, size);
        BitSet seen = new BitSet();
        for (long i = 0; i < size; i++) {
            long value = permutation.at(i);
            assertThat(value).isBetween(0L, size - 1);
            seen.set((int) value);
        }
        assertThat(seen.cardinality()).isEqualTo((int) size);
    }

    @Test
    void permutationsSpreadEvenlyAndDifferByStream() {
        CounterRandom random = new CounterRandom(3, Purpose.ORDER_OF_BATCHES);
        // Where does place 0 go? Over many streams, everywhere alike
        int[] counts = new int[10];
        for (int stream = 0; stream < 20_000; stream++) {
            counts[(int) new Permutation(random, stream, 10).at(0)]++;
        }
        for (int count : counts) {
            assertThat(count).isBetween(1800, 2200);
        }
    }
}
