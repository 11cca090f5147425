package dev.firn.cli.command;

import dev.firn.cli.client.Evaluation;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Listing;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists evaluations. */
@Command(
        name = "evaluations",
        description = "List what was measured, in one run, of one model's versions, or all.",
        footer = {
            "",
            "Examples:",
            "  firn evaluations quickstart",
            "  firn evaluations start quickstart@champion quickstart@1 --follow",
            "  firn evaluations jobs"
        })
final class EvaluationsCommand extends ListingCommand {
    @Parameters(
            paramLabel = "RUN",
            arity = "0..1",
            description = "The run's id, the beginning of it, or the name of the newest such run.")
    private String run;

    @Option(names = "--model", paramLabel = "NAME", description = "Of this model's versions.")
    private String model;

    EvaluationsCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        if (run != null && model != null) {
            throw new InputException("RUN and --model exclude each other");
        }
        FirnClient client = client();
        Optional<String> found = run == null ? Optional.empty() : Optional.of(new RunFinder(client).find(run));
        Listing<Evaluation> evaluations =
                model == null ? client.evaluations(found, limit()) : client.evaluationsOfModel(model, limit());
        print(evaluations, "Nothing has been evaluated yet.", () -> table(evaluations));
        return ExitCode.DONE;
    }

    private static Table table(Listing<Evaluation> evaluations) {
        Table table = new Table()
                .column("weights", Side.LEFT)
                .column("set", Side.LEFT)
                .column("dimension", Side.RIGHT)
                .column("queries", Side.RIGHT)
                .column("nDCG@10", Side.RIGHT)
                .column("recall@10", Side.RIGHT)
                .column("recall@100", Side.RIGHT)
                .column("MRR@10", Side.RIGHT)
                .column("MAP", Side.RIGHT);
        for (Evaluation evaluation : evaluations.items()) {
            table.row(List.of(
                    evaluation.weights(),
                    evaluation.set(),
                    evaluation.dimension() == null
                            ? "-"
                            : evaluation.dimension().toString(),
                    Integer.toString(evaluation.queries()),
                    measure(evaluation, "ndcg_cut_10"),
                    measure(evaluation, "recall_10"),
                    measure(evaluation, "recall_100"),
                    measure(evaluation, "recip_rank_cut_10"),
                    measure(evaluation, "map")));
        }
        return table;
    }

    private static String measure(Evaluation evaluation, String name) {
        return Figures.measure(evaluation.measures().get(name));
    }
}
