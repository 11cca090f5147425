package dev.firn.bench.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DrillArgumentsTest {
    @Test
    void withoutOptionsTheServerIsKilledFiveTimesAtMomentsOfAnySeed() throws Exception {
        assertThat(DrillArguments.parse(17)).isEqualTo(new DrillArguments(List.of(Fault.SERVER), 5, 17, false));
    }

    @Test
    void takesWhatIsAskedFor() throws Exception {
        assertThat(DrillArguments.parse(17, "--kills", "3", "--seed", "0", "--fault", "corrupt-blob", "--json"))
                .isEqualTo(new DrillArguments(List.of(Fault.CORRUPT_BLOB), 3, 0, true));
    }

    @Test
    void allFaultsAreDoneOnceEachUnlessMoreIsAskedFor() throws Exception {
        assertThat(DrillArguments.parse(17, "--fault", "all"))
                .isEqualTo(new DrillArguments(List.of(Fault.values()), 1, 17, false));
        assertThat(DrillArguments.parse(17, "--fault", "all", "--kills", "2").kills())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--kills 0 | --kills must be a whole number from 1 to 100, is 0",
                "--kills many | --kills must be a whole number from 1 to 100, is many",
                "--seed | --seed must be a whole number from 0",
                "--fault flood | there is no fault flood; there are server, worker, postgres",
                "--speed | there is no option --speed; there are --kills"
            })
    void saysWhatIsWrong(String words, String message) {
        assertThatThrownBy(() -> DrillArguments.parse(17, words.split(" ", -1)))
                .isInstanceOf(DrillArguments.WrongInputException.class)
                .hasMessageContaining(message);
    }
}
