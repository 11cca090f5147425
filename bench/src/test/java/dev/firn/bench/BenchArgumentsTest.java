package dev.firn.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BenchArgumentsTest {
    @Test
    void withoutANameAllAreRunFiveTimes() throws Exception {
        BenchArguments arguments = BenchArguments.parse();
        assertThat(arguments.names()).containsExactly(BenchName.values());
        assertThat(arguments.all()).isTrue();
        assertThat(arguments.runs()).isEqualTo(5);
        assertThat(arguments.json()).isFalse();
        assertThat(arguments).isEqualTo(BenchArguments.parse("all"));
    }

    @Test
    void oneIsRunAsAskedFor() throws Exception {
        assertThat(BenchArguments.parse("--runs", "9", "encoder", "--json", "--threads", "3"))
                .isEqualTo(new BenchArguments(List.of(BenchName.ENCODER), false, true, 9, 3, false));
    }

    @Test
    void aQuickLookTakesThreeRunsAndAllowsFewer() throws Exception {
        assertThat(BenchArguments.parse("filter", "--quick").runs()).isEqualTo(3);
        assertThat(BenchArguments.parse("filter", "--quick", "--runs", "1").runs())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "speed, there is no benchmark speed; there are encoder; inference; contrastive; filter; scale; registry; all",
        "--fast, there is no option --fast",
        "--runs, --runs must be a whole number from 1 to 1024; is missing",
        "--runs 0, --runs must be a whole number from 1 to 1024; is 0",
        "--threads two, --threads must be a whole number from 1 to 1024; is two",
        "--runs 4, --runs must be at least 5 without --quick; is 4",
        "encoder filter, one benchmark at a time",
        "all filter, one benchmark at a time"
    })
    void wrongInputIsToldAndEndsWithTwo(String line, String message) {
        String told = message.replace(";", ",").replace("speed,", "speed;");
        assertThatThrownBy(() -> BenchArguments.parse(line.split(" ", -1)))
                .isInstanceOf(BenchArguments.WrongInputException.class)
                .hasMessageStartingWith(told);
        PrintStream standard = System.err;
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        try {
            System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
            assertThat(BenchMain.run(line.split(" ", -1))).isEqualTo(2);
        } finally {
            System.setErr(standard);
        }
        assertThat(errors.toString(StandardCharsets.UTF_8)).startsWith("firn: " + told);
    }
}
