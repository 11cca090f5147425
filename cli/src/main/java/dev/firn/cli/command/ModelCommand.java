package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.Model;
import dev.firn.cli.client.ModelVersion;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows a model. */
@Command(
        name = "model",
        description = "Show a model's versions, aliases and tags.",
        footer = {"", "Example: firn model quickstart"})
final class ModelCommand extends FirnCommand {
    @Parameters(paramLabel = "NAME", description = "The model's name.")
    private String name;

    @Option(names = "--tag", paramLabel = "TAG[=VALUE]", description = "Only versions with this tag.")
    private String tag;

    @Option(names = "--archived", description = "Archived versions as well.")
    private boolean archived;

    ModelCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Map<String, String> filter = new TreeMap<>();
        if (tag != null) {
            filter.put("tag", tag);
        }
        if (archived) {
            filter.put("archived", "true");
        }
        Answer<Model> model = client().model(name, filter);
        print(model, () -> text(model.value()));
        return ExitCode.DONE;
    }

    private static String text(Model model) {
        Table table = new Table()
                .column("version", Side.RIGHT)
                .column("created (UTC)", Side.LEFT)
                .column("width", Side.RIGHT)
                .column("aliases", Side.LEFT)
                .column("tags", Side.LEFT)
                .column("run", Side.LEFT);
        for (ModelVersion version : model.items()) {
            table.row(List.of(
                    Integer.toString(version.version()),
                    Figures.moment(version.createdAt()),
                    version.dimension() == null ? "-" : version.dimension().toString(),
                    version.archivedAt() == null ? String.join(", ", version.aliases()) : "archived",
                    tags(version),
                    version.runId() == null ? "-" : version.runId()));
        }
        String aliases = ModelsCommand.aliases(model);
        return model.name() + (aliases.isEmpty() ? ", no aliases" : "  " + aliases) + "\n\n" + table
                + (model.archivedVersions() == 0
                        ? ""
                        : "\n\n" + model.archivedVersions() + " archived; --archived shows them as well");
    }

    /** {@code stage=production, checked}. */
    static String tags(ModelVersion version) {
        return version.tags().entrySet().stream()
                .map(tag -> tag.getValue().isEmpty() ? tag.getKey() : tag.getKey() + '=' + tag.getValue())
                .collect(Collectors.joining(", "));
    }
}
