package dev.firn.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.cli.console.Table.Side;
import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void durationsGrowIntoMinutesAndHours() {
        assertThat(List.of(
                        Figures.duration(0),
                        Figures.duration(8.44),
                        Figures.duration(59.94),
                        Figures.duration(59.96),
                        Figures.duration(185),
                        Figures.duration(3599.6),
                        Figures.duration(7385),
                        Figures.duration(Double.NaN)))
                .containsExactly("0.0 s", "8.4 s", "59.9 s", "1:00", "3:05", "1:00:00", "2:03:05", "-");
    }

    @Test
    void bytesAndCountsTakeTheUnitThatFits() {
        assertThat(List.of(
                        Figures.bytes(0),
                        Figures.bytes(999),
                        Figures.bytes(1000),
                        Figures.bytes(999_990),
                        Figures.bytes(12_345_678)))
                .containsExactly("0 B", "999 B", "1.0 KB", "1.0 MB", "12.3 MB");
        assertThat(List.of(Figures.count(850), Figures.count(9_120), Figures.count(999_990)))
                .containsExactly("850", "9.1k", "1.0M");
    }

    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        Table table = new Table().column("name", Side.LEFT).column("n", Side.RIGHT);
        table.row(List.of("zh_Hans", "1")).section("more").row(List.of("日本", "123"));
        assertThat(table.lines()).containsExactly("name       n", "zh_Hans    1", "more", "日本       123");
        assertThatThrownBy(() -> table.row(List.of("one"))).isInstanceOf(IllegalArgumentException.class);
    }
}
