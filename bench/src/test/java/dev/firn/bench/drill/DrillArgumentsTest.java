package dev.firn.bench.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DrillArgumentsTest {
    private static final Map<Fault, String> NONE = Map.of();
    private static final Map<Fault, String> NO_TEMPORAL = Map.of(Fault.TEMPORAL, "there is no such program");

    @Test
    void withoutOptionsTheServerIsKilledFiveTimesAtMomentsOfAnySeed() throws Exception {
        assertThat(DrillArguments.parse(17, NONE))
                .isEqualTo(new DrillArguments(List.of(Fault.SERVER), Map.of(), 5, 17, false));
    }

    @Test
    void takesWhatIsAskedFor() throws Exception {
        assertThat(DrillArguments.parse(17, NONE, "--kills", "3", "--seed", "0", "--fault", "corrupt-blob", "--json"))
                .isEqualTo(new DrillArguments(List.of(Fault.CORRUPT_BLOB), Map.of(), 3, 0, true));
    }

    @Test
    void allFaultsAreDoneOnceEachUnlessMoreIsAskedFor() throws Exception {
        assertThat(DrillArguments.parse(17, NONE, "--fault", "all"))
                .isEqualTo(new DrillArguments(List.of(Fault.values()), Map.of(), 1, 17, false));
        assertThat(DrillArguments.parse(17, NONE, "--fault", "all", "--kills", "2")
                        .kills())
                .isEqualTo(2);
    }

    @Test
    void whatCannotBeDoneHereIsLeftOutOfAllFaultsWithItsReason() throws Exception {
        DrillArguments arguments = DrillArguments.parse(17, NO_TEMPORAL, "--fault", "all");
        assertThat(arguments.faults()).doesNotContain(Fault.TEMPORAL).hasSize(Fault.values().length - 1);
        assertThat(arguments.skipped()).isEqualTo(NO_TEMPORAL);
        assertThat(DrillArguments.parse(17, NO_TEMPORAL, "--fault", "server").skipped())
                .isEmpty();
    }

    @Test
    void whatCannotBeDoneHereIsRefusedWithItsReasonWhenItIsAskedForAlone() {
        assertThatThrownBy(() -> DrillArguments.parse(17, NO_TEMPORAL, "--fault", "temporal"))
                .isInstanceOf(DrillArguments.WrongInputException.class)
                .hasMessage("the fault temporal cannot be drilled here: there is no such program");
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
        assertThatThrownBy(() -> DrillArguments.parse(17, NONE, words.split(" ", -1)))
                .isInstanceOf(DrillArguments.WrongInputException.class)
                .hasMessageContaining(message);
    }
}
