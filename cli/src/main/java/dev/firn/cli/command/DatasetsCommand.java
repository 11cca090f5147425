package dev.firn.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.client.Listing;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;

/** Lists datasets. */
@Command(
        name = "datasets",
        description = "List prepared datasets.",
        footer = {"", "Example: firn datasets --json"})
final class DatasetsCommand extends ListingCommand {
    DatasetsCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Listing<JsonNode> datasets = client().datasets(limit());
        print(
                datasets,
                "There is no dataset yet; the first stage of a run prepares one.",
                () -> table(datasets.items()));
        return ExitCode.DONE;
    }

    /** The server's plain fields become the columns: what a dataset tells depends on what it was made of. */
    private static Table table(List<JsonNode> datasets) {
        Set<String> fields = new LinkedHashSet<>();
        for (JsonNode dataset : datasets) {
            dataset.properties().forEach(field -> {
                if (field.getValue().isValueNode()) {
                    fields.add(field.getKey());
                }
            });
        }
        Table table = new Table();
        fields.forEach(field -> table.column(field, Side.LEFT));
        for (JsonNode dataset : datasets) {
            List<String> cells = new ArrayList<>();
            for (String field : fields) {
                cells.add(dataset.path(field).asText("-"));
            }
            table.row(cells);
        }
        return table;
    }
}
