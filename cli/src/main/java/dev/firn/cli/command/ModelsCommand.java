package dev.firn.cli.command;

import dev.firn.cli.client.Listing;
import dev.firn.cli.client.Model;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists models. */
@Command(
        name = "models",
        description = "List registered models and where their aliases point.",
        footer = {"", "Example: firn models --json"})
final class ModelsCommand extends ListingCommand {
    @Option(names = "--tag", paramLabel = "TAG[=VALUE]", description = "Only models with a version that has this tag.")
    private String tag;

    ModelsCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Listing<Model> models = client().models(Optional.ofNullable(tag), limit());
        print(
                models,
                tag == null
                        ? "No model is registered yet; a run registers one at its end."
                        : "No version has the tag " + tag + ".",
                () -> table(models));
        return ExitCode.DONE;
    }

    private static Table table(Listing<Model> models) {
        Table table = new Table()
                .column("name", Side.LEFT)
                .column("versions", Side.RIGHT)
                .column("latest", Side.RIGHT)
                .column("aliases", Side.LEFT);
        for (Model model : models.items()) {
            table.row(List.of(
                    model.name(),
                    Integer.toString(model.versions()),
                    model.latestVersion() == null ? "-" : model.latestVersion().toString(),
                    aliases(model)));
        }
        return table;
    }

    static String aliases(Model model) {
        return model.aliases().stream()
                .map(alias -> alias.alias() + " -> " + alias.version() + (alias.guarded() ? " (protected)" : ""))
                .collect(Collectors.joining(", "));
    }
}
