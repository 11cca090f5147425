package dev.firn.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SeriesTest {
    private static Series losses(double... values) {
        return new Series(
                Arrays.stream(values).mapToObj(value -> Map.of("loss", value)).toList());
    }

    @Test
    void theMedianOfAnOddNumberIsTheMiddleValueInWhateverOrder() {
        assertThat(Series.median(9, 1, 5)).isEqualTo(5);
        assertThat(Series.median(4)).isEqualTo(4);
    }

    @Test
    void theMedianOfAnEvenNumberIsTheMeanOfTheTwoInTheMiddle() {
        assertThat(Series.median(8, 1, 4, 2)).isEqualTo(3);
    }

    @Test
    void noValuesHaveNoMedian() {
        assertThatThrownBy(Series::median).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theMedianOfASeriesIsThatOfItsRuns() {
        Series series = new Series(List.of(Map.of("seconds", 3.0), Map.of("seconds", 1.0), Map.of("seconds", 1.5)));
        assertThat(series.seconds()).isEqualTo(1.5);
        assertThat(series.leastSeconds()).isEqualTo(1);
    }

    @Test
    void peersWithTheSameResultsMayBeCompared() {
        assertThatCode(() -> Series.requireEqual("they", "loss", losses(200, 0.1), losses(200.1, 0.1005), 1e-3))
                .doesNotThrowAnyException();
    }

    @Test
    void peersWithOtherResultsAreNotCompared() {
        assertThatThrownBy(() -> Series.requireEqual("they", "loss", losses(200, 150), losses(200, 151), 1e-3))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("they do not do the same work")
                .hasMessageContaining("run 2");
        assertThatThrownBy(() -> Series.requireEqual("they", "loss", losses(1), losses(Double.NaN), 1e-3))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aPeerWhoseLossStaysIsNotCompared() {
        assertThatThrownBy(() -> losses(3, 2, 2).requireChange("it", "loss"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it leaves work out");
    }
}
