package dev.firn.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import dev.firn.training.measure.Averaging;
import dev.firn.training.measure.Comparison;
import dev.firn.training.measure.Interval;
import dev.firn.training.measure.Measure;
import dev.firn.training.measure.Measure.Summary;
import dev.firn.training.measure.Measured;
import dev.firn.training.measure.Measures;
import dev.firn.training.measure.Qrels;
import dev.firn.training.measure.RankingOrder;
import dev.firn.training.measure.Significance;
import dev.firn.training.measure.TrecRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures a run file; needs no server. */
@Command(
        name = "measure",
        description = "Measure a TREC run file against judgements, as trec_eval does; needs no server.",
        footer = {
            "",
            "QRELS and RUN are TREC files, plain, .gz, .zst or .xz; judgements may also be BEIR's .tsv. Queries"
                    + " without judgements are left out. The output is trec_eval's: counts are sums, gm_ measures"
                    + " geometric means, all others means over the queries for which RUN has something.",
            "Example: firn measure qrels.txt my.run --compare other.run -m ndcg_cut_10 -m map"
        })
final class MeasureCommand extends FirnCommand {
    private static final List<String> COMPARED = List.of("ndcg_cut_10", "map", "recip_rank", "recall_100");
    private static final List<String> USUAL =
            List.of("official", "recall", "ndcg", "ndcg_cut", "map_cut", "success", "set");

    @Parameters(index = "0", paramLabel = "QRELS", description = "The judgements.")
    private Path judgements;

    @Parameters(index = "1", paramLabel = "RUN", description = "What was retrieved.")
    private Path retrieved;

    @Option(
            names = {"-m", "--measure"},
            paramLabel = "NAME",
            description =
                    "A measure by trec_eval's name, such as ndcg_cut_10; a kind with its usual numbers (P) or others"
                            + " (P.5,10); official, set or all_trec. More than once for more of them.")
    private List<String> names = List.of();

    @Option(
            names = {"-c", "--complete"},
            description = "Take means over all judged queries; one for which RUN has nothing counts with 0.")
    private boolean complete;

    @Option(
            names = "--double",
            description = "Compare scores as 64-bit numbers; as 32-bit ones otherwise, like trec_eval 9.")
    private boolean doubles;

    @Option(
            names = {"-q", "--per-query"},
            description = "Print the values of each query too; --json always has them.")
    private boolean perQuery;

    @Option(
            names = "--compare",
            paramLabel = "RUN2",
            description =
                    "Compare with another run over the judged queries for which either has something: means and their"
                            + " difference with 95%% intervals (bootstrap), and p of the paired randomisation test.")
    private Path compared;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "42", description = "For --compare (${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--samples",
            paramLabel = "N",
            defaultValue = "10000",
            description = "For --compare: how often queries are drawn and runs swapped (${DEFAULT-VALUE}).")
    private int samples;

    MeasureCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws IOException {
        List<Measure> measures = measures();
        if (samples < 100) {
            throw new InputException("--samples must be at least 100, is " + samples);
        }
        Qrels qrels = EvaluationInputs.qrels(judgements);
        TrecRun run = run(qrels, retrieved);
        if (compared == null) {
            print(new Measures(measures, order(), averaging()).measure(qrels, run), measures);
        } else {
            compare(measures, qrels, run, run(qrels, compared));
        }
        return ExitCode.DONE;
    }

    private List<Measure> measures() {
        List<String> asked = names;
        if (asked.isEmpty()) {
            asked = compared == null ? USUAL : COMPARED;
        }
        List<Measure> measures;
        try {
            measures = Measure.parseAll(asked);
        } catch (IllegalArgumentException e) {
            throw new InputException("--measure: " + e.getMessage());
        }
        if (compared == null) {
            return measures;
        }
        List<Measure> means = measures.stream()
                .filter(measure -> measure.summary() == Summary.MEAN)
                .toList();
        if (means.isEmpty()) {
            throw new InputException("--compare needs a measure that is a mean over queries, such as ndcg_cut_10");
        }
        return means;
    }

    private RankingOrder order() {
        return doubles ? RankingOrder.DOUBLE : RankingOrder.SINGLE;
    }

    private Averaging averaging() {
        return complete ? Averaging.COMPLETE : Averaging.RETRIEVED;
    }

    private TrecRun run(Qrels qrels, Path file) {
        TrecRun run = EvaluationInputs.run(file);
        long unjudged = run.queries().stream()
                .filter(query -> !qrels.queries().contains(query))
                .count();
        if (unjudged == run.queries().size()) {
            throw new InputException(file + ": none of its " + unjudged + " queries is judged in " + judgements);
        }
        if (unjudged > 0) {
            console()
                    .say("firn: " + unjudged + " of the " + run.queries().size() + " queries of " + file
                            + " are not judged and left out");
        }
        return run;
    }

    private void print(Measured measured, List<Measure> measures) {
        if (json()) {
            ObjectNode result = JsonNodeFactory.instance.objectNode().put("queries", measured.queries());
            put(result.putObject("mean"), measured.mean(), measures);
            ObjectNode queries = result.putObject("perQuery");
            measured.perQuery().forEach((query, values) -> put(queries.putObject(query), values, measures));
            console().result(result);
            return;
        }
        List<String> lines = new ArrayList<>();
        if (perQuery) {
            for (String query : new TreeSet<>(measured.perQuery().keySet())) {
                lines(lines, query, measured.perQuery().get(query), measures);
            }
        }
        lines.add(line("num_q", "all", Integer.toString(measured.queries())));
        lines(lines, "all", measured.mean(), measures);
        console().result(String.join(System.lineSeparator(), lines));
    }

    private static void put(ObjectNode target, Map<String, Double> values, List<Measure> measures) {
        for (Measure measure : measures) {
            Double value = values.get(measure.name());
            if (value != null && measure.summary() == Summary.SUM) {
                target.put(measure.name(), value.longValue());
            } else if (value != null) {
                target.put(measure.name(), value);
            }
        }
    }

    private static void lines(List<String> lines, String query, Map<String, Double> values, List<Measure> measures) {
        for (Measure measure : measures) {
            Double value = values.get(measure.name());
            if (value != null) {
                String text = measure.summary() == Summary.SUM
                        ? Long.toString(value.longValue())
                        : String.format(Locale.ROOT, "%.4f", value);
                lines.add(line(measure.name(), query, text));
            }
        }
    }

    private static String line(String name, String query, String value) {
        return String.format(Locale.ROOT, "%-22s\t%s\t%s", name, query, value);
    }

    private void compare(List<Measure> measures, Qrels qrels, TrecRun first, TrecRun second) {
        List<String> queries = qrels.queries().stream()
                .filter(query -> complete
                        || !first.of(query).isEmpty()
                        || !second.of(query).isEmpty())
                .toList();
        Measures each = new Measures(measures, order(), Averaging.COMPLETE);
        Map<String, Map<String, Double>> firstValues =
                each.measure(qrels, first).perQuery();
        Map<String, Map<String, Double>> secondValues =
                each.measure(qrels, second).perQuery();
        Significance significance = new Significance(seed, samples);
        Map<String, Comparison> comparisons = measures.stream()
                .collect(Collectors.toMap(
                        Measure::name,
                        measure -> significance.compare(
                                values(firstValues, queries, measure), values(secondValues, queries, measure)),
                        (one, other) -> one,
                        LinkedHashMap::new));
        if (json()) {
            ObjectNode result = JsonNodeFactory.instance.objectNode().put("queries", queries.size());
            result.put("seed", seed).put("samples", samples);
            ObjectNode compared = result.putObject("compared");
            comparisons.forEach((name, comparison) -> put(compared.putObject(name), comparison));
            console().result(result);
            return;
        }
        Table table = new Table().column(queries.size() + " queries", Side.LEFT);
        Stream.of(retrieved.toString(), "95%", compared.toString(), "95%", "difference", "95%", "p")
                .forEach(heading -> table.column(heading, Side.RIGHT));
        comparisons.forEach((name, comparison) -> table.row(List.of(
                name,
                figure(comparison.first()),
                interval(comparison.firstInterval()),
                figure(comparison.second()),
                interval(comparison.secondInterval()),
                signed(comparison.difference()),
                signed(comparison.differenceInterval().low()) + " to "
                        + signed(comparison.differenceInterval().high()),
                figure(comparison.p()))));
        console().result(table.toString());
    }

    private static double[] values(Map<String, Map<String, Double>> perQuery, List<String> queries, Measure measure) {
        return queries.stream()
                .mapToDouble(query -> perQuery.get(query).get(measure.name()))
                .toArray();
    }

    private static void put(ObjectNode target, Comparison comparison) {
        put(target.putObject("first"), comparison.first(), comparison.firstInterval());
        put(target.putObject("second"), comparison.second(), comparison.secondInterval());
        put(target.putObject("difference"), comparison.difference(), comparison.differenceInterval());
        target.put("p", comparison.p());
    }

    private static void put(ObjectNode target, double mean, Interval interval) {
        target.put("mean", mean).put("low", interval.low()).put("high", interval.high());
    }

    private static String interval(Interval interval) {
        return figure(interval.low()) + " to " + figure(interval.high());
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    private static String signed(double value) {
        return String.format(Locale.ROOT, "%+.4f", value);
    }
}
