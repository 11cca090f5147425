package dev.firn.cli.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRunner;
import dev.firn.cli.CommandRunner.Result;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    /** A terminal of its own, in which the line is typed, the tabulator key is hit, and what the line has become is written down. */
    @ParameterizedTest
    @CsvSource({
        "firn submit --fol, firn submit --follow",
        "firn che, firn checkpoint",
        "firn checkpoints p, firn checkpoints pin",
        "firn up --role w, firn up --role worker",
        "firn bench reg, firn bench registry"
    })
    void zshCompletesWhatIsTyped(String typed, String completed) throws Exception {
        Assumptions.assumeTrue(
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(place -> Files.isExecutable(Path.of(place, "zsh"))),
                "zsh is not on the PATH");
        Path script = Files.writeString(
                folder.resolve("completion"),
                CommandRunner.run(NOWHERE, "completion", "zsh").out());
        Path written = folder.resolve("line");
        String program = """
                zmodload zsh/zpty zsh/zselect
                zpty shell zsh -f -i
                zpty -w shell "PS1= TERM=dumb; source $1; whole() { print -r -- \\"\\$BUFFER\\" > $2 }; zle -N whole;\
                 bindkey '^X' whole; print -r ready > $2.ready"
                wait_for() {
                  local seen i
                  for ((i = 0; i < 1200; i++)); do
                    [[ -s $1 ]] && return
                    zpty -r -t shell seen
                    zselect -t 5
                  done
                  print -u2 -r "nothing came, only $seen"
                  exit 1
                }
                wait_for $2.ready
                zpty -w -n shell "$3"$'\\t\\x18'
                wait_for $2
                zpty -d shell
                """;
        ProcessBuilder zsh = new ProcessBuilder(
                        "zsh", "-f", "-c", program, "zsh", script.toString(), written.toString(), typed)
                .redirectErrorStream(true);
        zsh.environment().putAll(Map.of("HOME", folder.toString(), "ZDOTDIR", folder.toString()));
        Process process = zsh.start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
        assertThat(Files.readString(written).strip()).isEqualTo(completed);
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
