package dev.firn.cli.command;

import dev.firn.cli.client.Listing;
import dev.firn.cli.client.Run;
import dev.firn.cli.client.RunStage;
import dev.firn.cli.client.StageState;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.util.List;
import picocli.CommandLine.Command;

/** Lists runs. */
@Command(
        name = "runs",
        description = "List runs, newest first.",
        footer = {"", "Example: firn runs --limit 10"})
final class RunsCommand extends ListingCommand {
    RunsCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Listing<Run> runs = client().runs(limit());
        print(
                runs,
                "There is no run yet; ./firn submit examples/quickstart.yaml --follow starts one.",
                () -> table(runs));
        return ExitCode.DONE;
    }

    private static Table table(Listing<Run> runs) {
        Table table = new Table()
                .column("id", Side.LEFT)
                .column("name", Side.LEFT)
                .column("state", Side.LEFT)
                .column("stage", Side.LEFT)
                .column("created (UTC)", Side.LEFT)
                .column("time", Side.RIGHT)
                .column("model", Side.LEFT);
        for (Run run : runs.items()) {
            table.row(List.of(
                    run.id(),
                    run.name(),
                    run.state().name(),
                    stage(run),
                    Figures.moment(run.createdAt()),
                    RunText.duration(run),
                    RunText.model(run.model())));
        }
        return table;
    }

    private static String stage(Run run) {
        for (RunStage stage : run.stages()) {
            if (stage.state() == StageState.RUNNING || stage.state() == StageState.FAILED) {
                return stage.name();
            }
        }
        return run.waitingFor() == null ? "-" : "waits for " + run.waitingFor();
    }
}
