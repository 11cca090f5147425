package dev.firn.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.cli.CommandRunner;
import dev.firn.cli.CommandRunner.Result;
import dev.firn.cli.console.Console;
import dev.firn.cli.console.Terminal;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What every command says of itself. */
class HelpTest {
    private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

    private static CommandLine root() {
        Console console = new Console(System.out, System.err, new Terminal(false, 80));
        return CommandLineFactory.create(new Session(Map.of(), console, new ByteArrayInputStream(new byte[0])));
    }

    static Stream<List<String>> commands() {
        List<List<String>> paths = new ArrayList<>();
        root().getSubcommands().forEach((name, command) -> {
            paths.add(List.of(name));
            command.getSubcommands().keySet().forEach(below -> paths.add(List.of(name, below)));
        });
        return paths.stream();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasADescriptionAnExampleAndTheExitCodes(List<String> command) {
        Result help = CommandRunner.run(
                NOWHERE, Stream.concat(command.stream(), Stream.of("--help")).toArray(String[]::new));

        assertThat(help.exitCode()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out())
                .startsWith("Usage: firn " + String.join(" ", command))
                .containsPattern("(?m)^(Example: |  )firn " + String.join(" ", command) + "( |$)")
                .contains("--json", "Exit codes:")
                .containsPattern("(?m)^ *0 +done$")
                .containsPattern("(?m)^ *1 +failed$")
                .containsPattern("(?m)^ *2 +wrong input$");
        CommandLine described = root();
        for (String word : command) {
            described = described.getSubcommands().get(word);
        }
        assertThat(described.getCommandSpec().usageMessage().description()).isNotEmpty();
        assertThat(described.getCommandSpec().options())
                .allSatisfy(option -> assertThat(String.join("", option.description()))
                        .as(option.longestName())
                        .isNotBlank());
        assertThat(described.getCommandSpec().positionalParameters())
                .allSatisfy(parameter -> assertThat(String.join("", parameter.description()))
                        .as(parameter.paramLabel())
                        .isNotBlank());
    }

    @Test
    void everyOptionIsWrittenAsTheOthersAre() {
        for (CommandLine command : root().getSubcommands().values()) {
            for (OptionSpec option : command.getCommandSpec().options()) {
                assertThat(option.longestName()).matches("--[a-z]+[0-9]*(-[a-z]+)*");
            }
        }
    }
}
