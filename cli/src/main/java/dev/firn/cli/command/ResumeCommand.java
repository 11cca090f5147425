package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import picocli.CommandLine.Command;

/** Asks a run to go on. */
@Command(
        name = "resume",
        description = "Let a paused run go on.",
        footer = {"", "Example: firn resume quickstart"})
final class ResumeCommand extends SteeringCommand {
    ResumeCommand(Session session) {
        super(session, "go on");
    }

    @Override
    Answer<Run> ask(FirnClient client, String run) throws InterruptedException {
        return client.steer(run, "resume");
    }
}
