package dev.firn.cli.command;

import static java.util.Objects.requireNonNull;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import picocli.CommandLine.Parameters;

/** A command that asks a run for something while it goes on. */
abstract class SteeringCommand extends FirnCommand {
    private final String said;

    @Parameters(
            index = "0",
            paramLabel = "ID",
            description = "The run's id, the beginning of it, or the name of the newest such run.")
    private String id;

    /**
     * @param said what the run was asked for, for the answer: "Run … is asked to …"
     */
    SteeringCommand(Session session, String said) {
        super(session);
        this.said = requireNonNull(said, "said is null");
    }

    /** Asks the run. */
    abstract Answer<Run> ask(FirnClient client, String run) throws InterruptedException;

    @Override
    public final Integer call() throws InterruptedException {
        FirnClient client = client();
        Answer<Run> run = ask(client, new RunFinder(client).find(id));
        print(
                run,
                () -> "Run " + run.value().id() + " (" + run.value().name() + ") is asked to " + said + "; it is "
                        + run.value().state() + " now.");
        return ExitCode.DONE;
    }
}
