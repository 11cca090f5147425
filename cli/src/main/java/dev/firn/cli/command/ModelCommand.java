package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.Model;
import dev.firn.cli.client.ModelVersion;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows a model. */
@Command(
        name = "model",
        description = "Show a model's versions and aliases.",
        footer = {"", "Example: firn model quickstart"})
final class ModelCommand extends FirnCommand {
    @Parameters(paramLabel = "NAME", description = "The model's name.")
    private String name;

    ModelCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Answer<Model> model = client().model(name);
        print(model, () -> text(model.value()));
        return ExitCode.DONE;
    }

    private static String text(Model model) {
        Table table = new Table()
                .column("version", Side.RIGHT)
                .column("created (UTC)", Side.LEFT)
                .column("width", Side.RIGHT)
                .column("aliases", Side.LEFT)
                .column("run", Side.LEFT);
        for (ModelVersion version : model.items()) {
            table.row(List.of(
                    Integer.toString(version.version()),
                    Figures.moment(version.createdAt()),
                    version.dimension() == null ? "-" : version.dimension().toString(),
                    String.join(", ", version.aliases()),
                    version.runId() == null ? "-" : version.runId()));
        }
        String aliases = ModelsCommand.aliases(model);
        return model.name() + (aliases.isEmpty() ? ", no aliases" : "  " + aliases) + "\n\n" + table;
    }
}
