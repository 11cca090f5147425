package dev.firn.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Parameters;

/** Writes what a shell needs to complete Firn's commands. */
@Command(
        name = "completion",
        description = "Print a script with which bash or zsh completes commands, options and their values.",
        footer = {
            "",
            "Examples:",
            "  firn completion bash     in bash: source <(firn completion bash)",
            "  firn completion zsh      in zsh: source <(firn completion zsh)",
            "Put that line into ~/.bashrc or ~/.zshrc to keep it."
        })
final class CompletionCommand extends FirnCommand {
    /** The shells. */
    static final class Shells extends AbstractList<String> {
        private static final List<String> ALL = List.of("bash", "zsh");

        @Override
        public String get(int place) {
            return ALL.get(place);
        }

        @Override
        public int size() {
            return ALL.size();
        }
    }

    @Parameters(paramLabel = "SHELL", completionCandidates = Shells.class, description = "${COMPLETION-CANDIDATES}.")
    private String shell;

    CompletionCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() {
        if (!Shells.ALL.contains(shell)) {
            throw new InputException("SHELL must be one of " + String.join(", ", Shells.ALL) + ", is '" + shell + "'");
        }
        // One script: in zsh it begins by loading bash's way of completing
        String script = AutoComplete.bash("firn", all());
        if (json()) {
            console().result(JsonNodeFactory.instance.objectNode().put("script", script));
        } else {
            console().result(script);
        }
        return ExitCode.DONE;
    }

    /** These commands and the launcher's own, as far as their words can be completed. */
    private CommandLine all() {
        CommandLine root = CommandLineFactory.create(session());
        add(root, "demo", flag("--exit"), flag("--json"), file("--spec"));
        add(root, "up", choice("--role", "all", "api", "worker"));
        add(root, "test", flag("--real"), flag("--large"), value("--fuzz"));
        CommandSpec bench = spec("bench", flag("--json"), flag("--quick"), value("--runs"), value("--threads"));
        bench.addPositional(PositionalParamSpec.builder()
                .paramLabel("NAME")
                .arity("0..1")
                .completionCandidates(
                        List.of("encoder", "inference", "contrastive", "filter", "scale", "registry", "all"))
                .build());
        root.addSubcommand("bench", bench);
        add(
                root,
                "drill",
                flag("--json"),
                value("--kills"),
                value("--seed"),
                choice(
                        "--fault",
                        "server",
                        "worker",
                        "postgres",
                        "storage",
                        "disk-full",
                        "corrupt-blob",
                        "zombie",
                        "temporal",
                        "all"));
        for (String name : List.of("backup", "restore")) {
            CommandSpec spec = spec(name, flag("--json"));
            spec.addPositional(PositionalParamSpec.builder()
                    .paramLabel("DIR")
                    .type(Path.class)
                    .build());
            root.addSubcommand(name, spec);
        }
        CommandSpec help = CommandSpec.create().name("help");
        help.addPositional(PositionalParamSpec.builder()
                .paramLabel("COMMAND")
                .arity("0..1")
                .completionCandidates(List.copyOf(root.getSubcommands().keySet()))
                .build());
        root.addSubcommand("help", help);
        return root;
    }

    private static void add(CommandLine root, String name, OptionSpec... options) {
        root.addSubcommand(name, spec(name, options));
    }

    private static CommandSpec spec(String name, OptionSpec... options) {
        CommandSpec spec = CommandSpec.create().name(name);
        for (OptionSpec option : options) {
            spec.addOption(option);
        }
        spec.addOption(OptionSpec.builder("-h", "--help").usageHelp(true).build());
        return spec;
    }

    private static OptionSpec flag(String name) {
        return OptionSpec.builder(name).type(boolean.class).build();
    }

    private static OptionSpec value(String name) {
        return OptionSpec.builder(name).type(int.class).paramLabel("N").build();
    }

    private static OptionSpec file(String name) {
        return OptionSpec.builder(name).type(Path.class).paramLabel("FILE").build();
    }

    private static OptionSpec choice(String name, String... choices) {
        return OptionSpec.builder(name)
                .type(String.class)
                .completionCandidates(List.of(choices))
                .build();
    }
}
