package dev.firn.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class TableTest {
    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        assertThat(new Table("speed", "what", "s").row("one", "12.5").note("done"))
                .hasToString("""
                speed
                  what     s
                  one   12.5
                  done
                """);
    }

    @Test
    void aRowHasAsManyCellsAsTheHead() {
        assertThatThrownBy(() -> new Table("speed", "what", "s").row("one"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
