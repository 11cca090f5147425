package dev.firn.training.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SignificanceTest {
    private final Significance significance = new Significance(1, 10_000);

    @Test
    void fewQueriesAreTestedExactly() {
        // Of the 8 ways to swap, 2 give a sum of 0.6 or more in size
        assertThat(significance.probability(new double[] {0.1, 0.2, 0.3})).isEqualTo(0.25);
        // -0.1 ± 0.3 ± 0.2: of the 8 sums 0.4, 0, 0.2 and 0.6 twice each, those of at least 0.4
        assertThat(significance.probability(new double[] {-0.1, 0.3, 0.2})).isEqualTo(0.5);
        assertThat(significance.probability(new double[] {0, 0})).isEqualTo(1);
    }

    @Test
    void samplesComeCloseToGoingThroughAllWays() {
        Random random = new Random(5);
        for (double shift : new double[] {0, 0.3, 0.8}) {
            double[] differences = IntStream.range(0, 16)
                    .mapToDouble(i -> shift + random.nextGaussian())
                    .toArray();
            double exact = new Significance(1, 1 << 16).probability(differences);
            assertThat(significance.probability(differences)).isCloseTo(exact, within(0.02));
        }
    }

    @Test
    void aDifferenceInEveryQueryIsFoundAndNoneIsNot() {
        Random random = new Random(6);
        double[] first = random.doubles(200).toArray();
        double[] better = Arrays.stream(first).map(value -> value + 0.01).toArray();
        Comparison found = significance.compare(first, better);
        assertThat(found.difference()).isCloseTo(0.01, within(1e-12));
        assertThat(found.p()).isEqualTo(1.0 / 10_001);
        assertThat(found.differenceInterval().low()).isCloseTo(0.01, within(1e-12));
        Comparison same = significance.compare(first, first);
        assertThat(same.p()).isEqualTo(1);
        assertThat(same.differenceInterval()).isEqualTo(new Interval(0, 0));
    }

    @Test
    void anIntervalIsAsWideAsTheNormalDistributionSays() {
        Random random = new Random(7);
        double[] values =
                IntStream.range(0, 400).mapToDouble(i -> random.nextGaussian()).toArray();
        double mean = Arrays.stream(values).average().orElseThrow();
        double deviation = Math.sqrt(
                Arrays.stream(values).map(value -> Math.pow(value - mean, 2)).sum() / values.length);
        Interval interval = significance.interval(values);
        double half = 1.96 * deviation / Math.sqrt(values.length);
        assertThat(interval.low()).isCloseTo(mean - half, within(0.008));
        assertThat(interval.high()).isCloseTo(mean + half, within(0.008));
    }

    @Test
    void theSameSeedGivesTheSameBitsAndAnotherSeedOthers() {
        double[] first = new Random(8).doubles(50).toArray();
        double[] second = new Random(9).doubles(50).toArray();
        assertThat(new Significance(1, 10_000).compare(first, second)).isEqualTo(significance.compare(first, second));
        assertThat(new Significance(2, 10_000).compare(first, second))
                .isNotEqualTo(significance.compare(first, second));
    }

    @Test
    void refusesWhatCannotBeCompared() {
        assertThatThrownBy(() -> significance.compare(new double[2], new double[3]))
                .hasMessage("2 values against 3");
        assertThatThrownBy(() -> significance.interval(new double[0])).hasMessage("there are no values");
        assertThatThrownBy(() -> new Significance(1, 99)).hasMessage("samples must be at least 100, is 99");
    }
}
