package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import picocli.CommandLine.Command;

/** Asks a run to end. */
@Command(
        name = "cancel",
        description = "Cancel a run; its last checkpoint is kept.",
        footer = {"", "Example: firn cancel quickstart"})
final class CancelCommand extends SteeringCommand {
    CancelCommand(Session session) {
        super(session, "end");
    }

    @Override
    Answer<Run> ask(FirnClient client, String run) throws InterruptedException {
        return client.steer(run, "cancel");
    }
}
