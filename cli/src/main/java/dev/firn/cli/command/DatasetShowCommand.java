package dev.firn.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.client.Answer;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Looks into a dataset. */
@Command(
        name = "show",
        description = "Show what is in a dataset, its first pairs, and what used it.",
        footer = {"", "Example: firn datasets show support@1 --rows 10"})
final class DatasetShowCommand extends FirnCommand {
    private static final int LONGEST_CELL = 60;

    @Parameters(paramLabel = "NAME@VERSION", description = "The dataset.")
    private String reference;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "5",
            description = "How many pairs to show (default: ${DEFAULT-VALUE}).")
    private int rows;

    DatasetShowCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Answer<JsonNode> dataset = client().dataset(reference);
        JsonNode pairs =
                client().rows(reference, Math.clamp(rows, 1, 200)).json().path("items");
        JsonNode uses = client().uses(reference).json().path("items");
        if (json()) {
            ObjectNode all = dataset.json().deepCopy();
            all.set("rows", pairs);
            all.set("uses", uses);
            console().result(all);
        } else {
            console().result(text(dataset.json(), pairs, uses));
        }
        return ExitCode.DONE;
    }

    private static String text(JsonNode dataset, JsonNode pairs, JsonNode uses) {
        StringBuilder text = new StringBuilder();
        text.append(DatasetsCommand.reference(dataset))
                .append("  ")
                .append(DatasetsCommand.pairs(dataset))
                .append(" pairs, ")
                .append(Figures.bytes(dataset.at("/artifact/bytes").asLong()))
                .append(DatasetsCommand.sent(dataset) ? ", sent" : ", prepared by a run")
                .append("\n\n");
        Table counts = new Table().column("what", Side.LEFT).column("pairs", Side.RIGHT);
        JsonNode summary = dataset.path("summary");
        if (DatasetsCommand.sent(dataset)) {
            counted(counts, "language ", summary.path("languages"));
            counted(counts, "source ", summary.path("sources"));
            counts.row(List.of("there before", summary.path("duplicates").asText()));
            counts.row(List.of("query is document", summary.path("identical").asText()));
        } else {
            for (JsonNode source : summary.path("sources")) {
                counts.row(List.of(
                        source.path("name").asText(), source.path("pairs").asText()));
            }
        }
        text.append(counts).append("\n\n");
        Table first = new Table()
                .column("language", Side.LEFT)
                .column("query", Side.LEFT)
                .column("document", Side.LEFT);
        for (JsonNode pair : pairs) {
            first.row(List.of(
                    pair.path("language").asText(),
                    cell(pair.path("query").asText()),
                    cell(pair.path("document").asText())));
        }
        text.append(first).append("\n\n");
        if (uses.isEmpty()) {
            return text.append("No run has read it.").toString();
        }
        Table read = new Table()
                .column("run", Side.LEFT)
                .column("name", Side.LEFT)
                .column("state", Side.LEFT)
                .column("models", Side.LEFT);
        for (JsonNode use : uses) {
            StringBuilder models = new StringBuilder();
            use.path("models")
                    .forEach(
                            model -> models.append(models.isEmpty() ? "" : ", ").append(model.asText()));
            read.row(List.of(
                    use.path("runId").asText(),
                    use.path("name").asText(),
                    use.path("state").asText(),
                    models.isEmpty() ? "-" : models.toString()));
        }
        return text.append(read).toString();
    }

    private static void counted(Table table, String kind, JsonNode counts) {
        for (Map.Entry<String, JsonNode> count : counts.properties()) {
            table.row(List.of(kind + count.getKey(), count.getValue().asText()));
        }
    }

    private static String cell(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= LONGEST_CELL ? line : line.substring(0, LONGEST_CELL - 1) + "…";
    }
}
