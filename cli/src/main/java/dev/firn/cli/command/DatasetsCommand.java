package dev.firn.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.firn.cli.client.Listing;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;

/** Lists datasets. */
@Command(
        name = "datasets",
        description = "List datasets: those that were sent, and those that runs prepared.",
        footer = {
            "",
            "Examples:",
            "  firn datasets",
            "  firn datasets add mine pairs.jsonl",
            "  firn datasets show mine@1"
        })
final class DatasetsCommand extends ListingCommand {
    DatasetsCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Listing<JsonNode> datasets = client().datasets(limit());
        print(
                datasets,
                "There is no dataset yet; firn datasets add sends one, and the first stage of a run prepares one.",
                () -> table(datasets.items()));
        return ExitCode.DONE;
    }

    private static Table table(List<JsonNode> datasets) {
        Table table = new Table()
                .column("dataset", Side.LEFT)
                .column("kind", Side.LEFT)
                .column("pairs", Side.RIGHT)
                .column("size", Side.RIGHT)
                .column("created (UTC)", Side.LEFT);
        for (JsonNode dataset : datasets) {
            table.row(List.of(
                    reference(dataset),
                    sent(dataset) ? "sent" : "prepared",
                    Long.toString(pairs(dataset)),
                    Figures.bytes(dataset.at("/artifact/bytes").asLong()),
                    dataset.hasNonNull("createdAt")
                            ? Figures.moment(
                                    Instant.parse(dataset.get("createdAt").asText()))
                            : "-"));
        }
        return table;
    }

    static String reference(JsonNode dataset) {
        return dataset.path("name").asText() + "@" + dataset.path("version").asText();
    }

    static boolean sent(JsonNode dataset) {
        return dataset.at("/artifact/kind").asText().equals("pairs");
    }

    static long pairs(JsonNode dataset) {
        JsonNode summary = dataset.path("summary");
        if (sent(dataset)) {
            return summary.path("pairs").asLong();
        }
        long pairs = 0;
        for (JsonNode source : summary.path("sources")) {
            pairs += source.path("pairs").asLong();
        }
        return pairs;
    }
}
