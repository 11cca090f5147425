package dev.firn.cli.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRunner;
import dev.firn.cli.CommandRunner.Result;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts, in a real shell. */
class CompletionTest {
    private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

    @TempDir
    private Path folder;

    @Test
    void bashCompletesCommandsOptionsAndValues() throws Exception {
        assertThat(completed("firn che")).containsExactlyInAnyOrder("checkpoint", "checkpoints");
        assertThat(completed("firn checkpoints ")).contains("pin", "unpin", "delete");
        assertThat(completed("firn submit --fo")).containsExactly("--follow");
        assertThat(completed("firn completion ")).contains("bash", "zsh");
    }

    @Test
    void bashKnowsTheLaunchersOwnCommandsToo() throws Exception {
        assertThat(completed("firn ")).contains("demo", "up", "test", "bench", "drill", "backup", "restore", "help");
        assertThat(completed("firn up --role ")).containsExactlyInAnyOrder("all", "api", "worker");
        assertThat(completed("firn bench reg")).containsExactly("registry");
        assertThat(completed("firn drill --fault disk")).containsExactly("disk-full");
    }

    @Test
    void zshLoadsBashsWayOfCompletingFirst() {
        Result zsh = CommandRunner.run(NOWHERE, "completion", "zsh");
        Result bash = CommandRunner.run(NOWHERE, "completion", "bash");

        assertThat(zsh.exitCode()).isZero();
        assertThat(zsh.out()).contains("ZSH_VERSION", "bashcompinit").isEqualTo(bash.out());
    }

    @Test
    void anotherShellIsWrongInput() {
        Result result = CommandRunner.run(NOWHERE, "completion", "fish");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("bash, zsh").contains("fish");
    }

    /** What bash offers for the last word of a line. */
    private List<String> completed(String line) throws IOException, InterruptedException {
        Path script = Files.writeString(
                folder.resolve("completion"),
                CommandRunner.run(NOWHERE, "completion", "bash").out());
        String program = """
                # It may be called only while a line is edited
                compopt() { :; }
                source '%s'
                line='%s'
                read -r -a COMP_WORDS <<<"$line"
                [[ $line == *' ' ]] && COMP_WORDS+=('')
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                COMP_LINE=$line
                COMP_POINT=${#line}
                _complete_firn firn "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
                printf '%%s\\n' "${COMPREPLY[@]}"
                """.formatted(script, line);
        Process bash = new ProcessBuilder("bash", "-c", program)
                .redirectError(folder.resolve("errors").toFile())
                .start();
        List<String> offered = new String(bash.getInputStream().readAllBytes(), UTF_8)
                .lines()
                .map(String::strip)
                .toList();
        assertThat(bash.waitFor()).isZero();
        assertThat(folder.resolve("errors")).isEmptyFile();
        return offered;
    }
}
