package dev.firn.cli.command;

import dev.firn.cli.client.Checkpoint;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Listing;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists checkpoints. */
@Command(
        name = "checkpoints",
        description = "List checkpoints, of one run or of all; or pin, unpin or delete one.",
        footer = {"", "Example: firn checkpoints quickstart --limit 10"})
final class CheckpointsCommand extends ListingCommand {
    @Parameters(
            paramLabel = "RUN",
            arity = "0..1",
            description = "The run's id, the beginning of it, or the name of the newest such run.")
    private String run;

    CheckpointsCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        FirnClient client = client();
        Optional<String> found = run == null ? Optional.empty() : Optional.of(new RunFinder(client).find(run));
        Listing<Checkpoint> checkpoints = client.checkpoints(found, limit());
        print(checkpoints, "There is no checkpoint yet.", () -> table(checkpoints));
        return ExitCode.DONE;
    }

    private static Table table(Listing<Checkpoint> checkpoints) {
        Table table = new Table()
                .column("id", Side.LEFT)
                .column("run", Side.LEFT)
                .column("stage", Side.LEFT)
                .column("step", Side.RIGHT)
                .column("size", Side.RIGHT)
                .column("created (UTC)", Side.LEFT)
                .column("pinned", Side.LEFT);
        for (Checkpoint checkpoint : checkpoints.items()) {
            table.row(List.of(
                    checkpoint.id(),
                    checkpoint.runId(),
                    checkpoint.stage(),
                    Long.toString(checkpoint.step()),
                    Figures.bytes(checkpoint.bytes()),
                    Figures.moment(checkpoint.createdAt()),
                    checkpoint.pinned() ? "pinned" : ""));
        }
        return table;
    }
}
