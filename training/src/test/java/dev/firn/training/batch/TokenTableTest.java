package dev.firn.training.batch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenTableTest {
    @Test
    void someOfTheSequencesAreATableOfTheirOwn() {
        TokenTable all = TokenTable.of(new int[][] {{1, 2}, {3}, {4, 5, 6}});

        TokenTable some = all.rows(new int[] {2, 0});

        assertThat(some.rows()).isEqualTo(2);
        assertThat(some.length(0)).isEqualTo(3);
        int[] copied = new int[3];
        some.copy(0, 3, copied, 0);
        assertThat(copied).containsExactly(4, 5, 6);
        assertThat(some.frequencies(7)).containsExactly(0, 1, 1, 0, 1, 1, 1);
    }
}
