package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import picocli.CommandLine.Command;

/** Asks a run to wait. */
@Command(
        name = "pause",
        description = "Let a run wait: it commits a checkpoint and frees its worker.",
        footer = {"", "Example: firn pause quickstart"})
final class PauseCommand extends SteeringCommand {
    PauseCommand(Session session) {
        super(session, "wait");
    }

    @Override
    Answer<Run> ask(FirnClient client, String run) throws InterruptedException {
        return client.steer(run, "pause");
    }
}
