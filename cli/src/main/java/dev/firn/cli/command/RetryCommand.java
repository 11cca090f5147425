package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Run;
import picocli.CommandLine.Command;

/** Asks a run to begin again where it ended. */
@Command(
        name = "retry",
        description =
                "Let a failed or cancelled run begin again with the stage that did not succeed, from its newest checkpoint.",
        footer = {"", "Example: firn retry quickstart"})
final class RetryCommand extends SteeringCommand {
    RetryCommand(Session session) {
        super(session, "begin again where it ended");
    }

    @Override
    Answer<Run> ask(FirnClient client, String run) throws InterruptedException {
        return client.steer(run, "retry");
    }
}
