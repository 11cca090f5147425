package dev.firn.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.client.Evaluation;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import dev.firn.cli.command.SpecificationDifferences.Difference;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lays runs beside each other. */
@Command(
        name = "compare",
        description = "Compare runs: their numbers, what was measured, and where their specifications differ.",
        footer = {
            "",
            "Of each series the last and the best value: the smallest of a loss, the largest of all else.",
            "Of each kind of evaluation the mean nDCG@10 over its sets; --json has every set.",
            "Example: firn compare quickstart 01a20e39"
        })
final class CompareCommand extends FirnCommand {
    private static final int EVALUATIONS = 10_000;
    private static final String MEASURE = "ndcg_cut_10";
    private static final int SHORT_ID = 8;

    @Parameters(
            arity = "2..6",
            paramLabel = "RUN",
            description = "2 to 6 runs: ids, beginnings of them, or names, of which the newest such run is taken.")
    private List<String> names;

    CompareCommand(Session session) {
        super(session);
    }

    /** The last and the best value of a series. */
    private record Summary(double last, double best, long bestStep) {}

    /** What is known of one run: series by stage and name, and nDCG@10 by what was evaluated. */
    private record Compared(Run run, Map<String, Summary> series, List<Evaluation> evaluations) {}

    @Override
    public Integer call() throws InterruptedException {
        FirnClient client = client();
        RunFinder finder = new RunFinder(client);
        List<Compared> compared = new ArrayList<>();
        for (String name : names) {
            Run run = client.run(finder.find(name)).value();
            compared.add(new Compared(
                    run,
                    series(client.metrics(run.id())),
                    client.evaluations(Optional.of(run.id()), EVALUATIONS).items()));
        }
        List<Difference> differences = SpecificationDifferences.between(
                compared.stream().map(each -> each.run().specification()).toList());
        if (json()) {
            console().result(json(compared, differences));
        } else {
            console().result(text(compared, differences));
        }
        return ExitCode.DONE;
    }

    private static Map<String, Summary> series(JsonNode metrics) {
        Map<String, Summary> summaries = new LinkedHashMap<>();
        for (JsonNode series : metrics.path("series")) {
            String name = series.path("name").asText();
            boolean least = name.toLowerCase(Locale.ROOT).contains("loss");
            JsonNode best = null;
            JsonNode last = null;
            for (JsonNode point : series.path("points")) {
                last = point;
                double value = point.path(1).doubleValue();
                if (best == null
                        || (least
                                ? value < best.path(1).doubleValue()
                                : value > best.path(1).doubleValue())) {
                    best = point;
                }
            }
            if (last != null) {
                summaries.put(
                        series.path("stage").asText() + " " + name,
                        new Summary(
                                last.path(1).doubleValue(),
                                best.path(1).doubleValue(),
                                best.path(0).longValue()));
            }
        }
        return summaries;
    }

    private static ObjectNode json(List<Compared> compared, List<Difference> differences) {
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        ArrayNode runs = result.putArray("runs");
        for (Compared each : compared) {
            runs.addObject()
                    .put("id", each.run().id())
                    .put("name", each.run().name())
                    .put("state", each.run().state().name());
        }
        ArrayNode metrics = result.putArray("metrics");
        for (String name : keys(compared, each -> each.series().keySet().stream())) {
            ArrayNode values = metrics.addObject().put("name", name).putArray("runs");
            for (Compared each : compared) {
                Summary summary = each.series().get(name);
                if (summary == null) {
                    values.addNull();
                } else {
                    values.addObject()
                            .put("last", summary.last())
                            .put("best", summary.best())
                            .put("bestStep", summary.bestStep());
                }
            }
        }
        ArrayNode evaluations = result.putArray("evaluations");
        for (String set : keys(compared, each -> each.evaluations().stream().map(CompareCommand::ofSet))) {
            ArrayNode values = evaluations.addObject().put("name", set).putArray(MEASURE);
            for (Compared each : compared) {
                mean(each, evaluation -> ofSet(evaluation).equals(set)).ifPresentOrElse(values::add, values::addNull);
            }
        }
        result.set("specification", SpecificationDifferences.json(differences));
        return result;
    }

    private static String text(List<Compared> compared, List<Difference> differences) {
        List<String> parts = new ArrayList<>();
        Table runs = table("", compared);
        runs.row(row("state", compared, each -> each.run().state().name()));
        runs.row(row("time", compared, each -> RunText.duration(each.run())));
        runs.row(row("model", compared, each -> RunText.model(each.run().model())));
        parts.add(runs.toString());

        Table series = table("last, best (step)", compared);
        for (String name : keys(compared, each -> each.series().keySet().stream())) {
            series.row(row(
                    name,
                    compared,
                    each -> Optional.ofNullable(each.series().get(name))
                            .map(summary -> "%s, %s (%d)"
                                    .formatted(number(summary.last()), number(summary.best()), summary.bestStep()))
                            .orElse("-")));
        }
        parts.add(series.toString());

        Table evaluations = table("mean nDCG@10", compared);
        for (String kind : keys(compared, each -> each.evaluations().stream().map(CompareCommand::ofKind))) {
            evaluations.row(row(
                    kind,
                    compared,
                    each -> Figures.measure(
                            mean(each, evaluation -> ofKind(evaluation).equals(kind))
                                    .orElse(null))));
        }
        parts.add(evaluations.toString());

        Table specifications = table("specification", compared);
        for (Difference difference : differences) {
            List<String> cells = new ArrayList<>(List.of(difference.pointer()));
            difference.values().forEach(value -> cells.add(SpecificationDifferences.cell(value)));
            specifications.row(cells);
        }
        parts.add(differences.isEmpty() ? "Their specifications are the same." : specifications.toString());
        return String.join(System.lineSeparator().repeat(2), parts);
    }

    private static Table table(String heading, List<Compared> compared) {
        Table table = new Table().column(heading, Side.LEFT);
        compared.forEach(each -> table.column(
                each.run().name() + " "
                        + each.run()
                                .id()
                                .substring(0, Math.min(SHORT_ID, each.run().id().length())),
                Side.LEFT));
        return table;
    }

    private static List<String> row(String heading, List<Compared> compared, Function<Compared, String> cell) {
        return Stream.concat(Stream.of(heading), compared.stream().map(cell)).toList();
    }

    private static List<String> keys(List<Compared> compared, Function<Compared, Stream<String>> keys) {
        return compared.stream().flatMap(keys).distinct().collect(Collectors.toList());
    }

    private static String ofKind(Evaluation evaluation) {
        return evaluation.weights() + " " + evaluation.kind()
                + (evaluation.dimension() == null ? "" : " " + evaluation.dimension());
    }

    private static String ofSet(Evaluation evaluation) {
        return ofKind(evaluation) + " " + evaluation.set() + " " + evaluation.queryLanguage() + "-"
                + evaluation.documentLanguage();
    }

    private static Optional<Double> mean(Compared compared, java.util.function.Predicate<Evaluation> of) {
        return compared.evaluations().stream()
                .filter(of)
                .map(evaluation -> evaluation.measures().get(MEASURE))
                .filter(value -> value != null)
                .collect(Collectors.collectingAndThen(
                        Collectors.toList(),
                        values -> values.isEmpty()
                                ? Optional.empty()
                                : Optional.of(values.stream()
                                        .mapToDouble(Double::doubleValue)
                                        .average()
                                        .orElseThrow())));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }
}
