package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Asks a run to train longer. */
@Command(
        name = "extend",
        description = "Make the training stage under way longer.",
        footer = {"", "Example: firn extend quickstart 500"})
final class ExtendCommand extends SteeringCommand {
    @Parameters(index = "1", paramLabel = "STEPS", description = "By how many steps.")
    private long steps;

    ExtendCommand(Session session) {
        super(session, "train longer");
    }

    @Override
    Answer<Run> ask(FirnClient client, String run) throws InterruptedException {
        return client.extend(run, steps);
    }
}
