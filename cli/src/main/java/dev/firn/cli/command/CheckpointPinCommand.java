package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.Checkpoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Keep a checkpoint whatever the policy of its run says. */
@Command(
        name = "pin",
        description = "Keep a checkpoint whatever the policy of its run says.",
        footer = {"", "Example: firn checkpoints pin 01a20a42-62c7-7000-b186-bd6ea8721ca4"})
final class CheckpointPinCommand extends FirnCommand {
    @Parameters(paramLabel = "ID", description = "The checkpoint's id.")
    private String id;

    CheckpointPinCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Answer<Checkpoint> checkpoint = client().pinCheckpoint(id, true);
        print(checkpoint, () -> "Checkpoint " + id + " is kept whatever the policy of its run says.");
        return ExitCode.DONE;
    }
}
