package dev.firn.bench.installation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TemporalProgramTest {
    @TempDir
    Path folder;

    @Test
    void theVariableGoesBeforeThePath() throws Exception {
        Path named = program("named");
        program("temporal");
        assertThat(TemporalProgram.find(Map.of("FIRN_TEST_TEMPORAL", named.toString(), "PATH", folder.toString())))
                .hasValue(named);
    }

    @Test
    void withoutTheVariableThePathIsSearchedInItsOrder() throws Exception {
        Path program = program("temporal");
        assertThat(TemporalProgram.find(Map.of("PATH", folder.resolve("nothing") + "::" + folder)))
                .hasValue(program);
    }

    @Test
    void aFileThatCannotBeRunIsNoProgramAndIsNamed() throws Exception {
        Path file = Files.createFile(folder.resolve("temporal"));
        Map<String, String> environment = Map.of("FIRN_TEST_TEMPORAL", file.toString(), "PATH", folder.toString());
        assertThat(TemporalProgram.find(environment)).isEmpty();
        assertThat(TemporalProgram.missing(environment)).contains("FIRN_TEST_TEMPORAL", file.toString());
    }

    @Test
    void whereThereIsNoneTheReasonSaysHowToNameOne() {
        Map<String, String> environment = Map.of("PATH", folder.toString());
        assertThat(TemporalProgram.find(environment)).isEmpty();
        assertThat(TemporalProgram.missing(environment)).contains("PATH", "FIRN_TEST_TEMPORAL");
    }

    @Test
    void theServerListensOnTheLoopbackAddressAndKeepsWhatItKnowsInAFile() {
        assertThat(String.join(" ", TemporalProgram.server(Path.of("/opt/temporal"), 7300, Path.of("/tmp/t.db"))))
                .isEqualTo("/opt/temporal server start-dev --headless --ip 127.0.0.1 --port 7300"
                        + " --db-filename /tmp/t.db --log-level error");
    }

    private Path program(String name) throws Exception {
        Path program = Files.createFile(folder.resolve(name));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return program;
    }
}
