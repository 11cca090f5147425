package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.Checkpoint;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Leave a checkpoint to the policy of its run again. */
@Command(
        name = "unpin",
        description = "Leave a checkpoint to the policy of its run again.",
        footer = {"", "Example: firn checkpoints unpin 01a20a42-62c7-7000-b186-bd6ea8721ca4"})
final class CheckpointUnpinCommand extends FirnCommand {
    @Parameters(paramLabel = "ID", description = "The checkpoint's id.")
    private String id;

    CheckpointUnpinCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Answer<Checkpoint> checkpoint = client().pinCheckpoint(id, false);
        print(checkpoint, () -> "Checkpoint " + id + " is left to the policy of its run.");
        return ExitCode.DONE;
    }
}
