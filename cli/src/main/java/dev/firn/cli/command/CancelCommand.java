package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Cancels a run. */
@Command(name = "cancel", description = "Cancel a run; its last checkpoint is kept.")
final class CancelCommand extends FirnCommand {
    @Parameters(
            paramLabel = "ID",
            description = "The run's id, the beginning of it, or the name of the newest such run.")
    private String id;

    CancelCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        FirnClient client = client();
        Answer<Run> run = client.cancel(new RunFinder(client).find(id));
        print(
                run,
                () -> "Run " + run.value().id() + " (" + run.value().name() + ") is asked to end; it is "
                        + run.value().state() + " now.");
        return ExitCode.DONE;
    }
}
