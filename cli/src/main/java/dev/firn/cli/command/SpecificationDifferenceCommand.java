package dev.firn.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.command.SpecificationDifferences.Difference;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows where two specifications differ. */
@Command(
        name = "diff-spec",
        description = {
            "Show where two specifications differ, each a file or that of a run.",
            "Both are compared as the server resolves them, with every default written out."
        },
        footer = {"", "Examples:", "  firn diff-spec quickstart my.yaml", "  firn diff-spec 01a20e2d 01a20e39 --json"})
final class SpecificationDifferenceCommand extends FirnCommand {
    @Parameters(
            index = "0",
            paramLabel = "A",
            description = "A file; or a run's id, the beginning of it, or the name of the newest such run.")
    private String first;

    @Parameters(index = "1", paramLabel = "B", description = "The other one.")
    private String second;

    SpecificationDifferenceCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        FirnClient client = client();
        List<JsonNode> specifications = List.of(resolved(client, first), resolved(client, second));
        List<Difference> differences = SpecificationDifferences.between(specifications);
        if (json()) {
            ObjectNode result = JsonNodeFactory.instance.objectNode();
            result.set("differences", SpecificationDifferences.json(differences));
            console().result(result);
        } else if (differences.isEmpty()) {
            console().say("They are the same.");
        } else {
            Table table = new Table()
                    .column("where", Side.LEFT)
                    .column(first, Side.LEFT)
                    .column(second, Side.LEFT);
            differences.forEach(difference -> table.row(List.of(
                    difference.pointer(),
                    SpecificationDifferences.cell(difference.values().getFirst()),
                    SpecificationDifferences.cell(difference.values().getLast()))));
            console().result(table.toString());
        }
        return ExitCode.DONE;
    }

    private static JsonNode resolved(FirnClient client, String what) throws IOException, InterruptedException {
        Path file = Path.of(what);
        if (Files.isRegularFile(file)) {
            String mediaType =
                    what.toLowerCase(Locale.ROOT).endsWith(".json") ? "application/json" : "application/yaml";
            return client.dryRun(Files.readAllBytes(file), mediaType, OptionalLong.empty())
                    .value()
                    .specification();
        }
        return client.run(new RunFinder(client).find(what)).value().specification();
    }
}
