package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import picocli.CommandLine.Command;

/** Asks a run to end its train stage. */
@Command(
        name = "stop",
        description = "End the training stage under way now, and go on with the next stage.",
        footer = {"", "Example: firn stop quickstart"})
final class StopCommand extends SteeringCommand {
    StopCommand(Session session) {
        super(session, "go on with its next stage");
    }

    @Override
    Answer<Run> ask(FirnClient client, String run) throws InterruptedException {
        return client.steer(run, "stop");
    }
}
