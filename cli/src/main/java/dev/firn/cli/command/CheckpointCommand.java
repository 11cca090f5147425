package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import picocli.CommandLine.Command;

/** Asks a run to commit a checkpoint. */
@Command(
        name = "checkpoint",
        description = "Commit a checkpoint before the next step of the training under way.",
        footer = {"", "Example: firn checkpoint quickstart"})
final class CheckpointCommand extends SteeringCommand {
    CheckpointCommand(Session session) {
        super(session, "commit a checkpoint");
    }

    @Override
    Answer<Run> ask(FirnClient client, String run) throws InterruptedException {
        return client.steer(run, "checkpoint");
    }
}
