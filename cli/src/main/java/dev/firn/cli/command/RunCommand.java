package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows a run. */
@Command(
        name = "run",
        description = "Show a run and its stages.",
        footer = {"", "Example: firn run quickstart --follow"})
final class RunCommand extends FirnCommand {
    @Parameters(
            paramLabel = "ID",
            description = "The run's id, the beginning of it, or the name of the newest such run.")
    private String id;

    @Option(
            names = {"-f", "--follow"},
            description = "Show the progress until the run has ended.")
    private boolean follow;

    RunCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        FirnClient client = client();
        String found = new RunFinder(client).find(id);
        if (follow) {
            return RunFollowing.follow(client, console(), found, json());
        }
        Answer<Run> run = client.run(found);
        if (json()) {
            console().result(run.json());
        } else {
            console()
                    .result(RunText.whole(
                            run.value(),
                            client.controls(found, RunText.CONTROLS).items()));
        }
        return ExitCode.DONE;
    }
}
