package dev.firn.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Deletes a checkpoint. */
@Command(
        name = "delete",
        description = "Delete a checkpoint that nothing needs; firn gc then frees its bytes.",
        footer = {"", "Example: firn checkpoints delete 01a20a42-62c7-7000-b186-bd6ea8721ca4"})
final class CheckpointDeleteCommand extends FirnCommand {
    @Parameters(paramLabel = "ID", description = "The checkpoint's id.")
    private String id;

    CheckpointDeleteCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        client().deleteCheckpoint(id);
        if (json()) {
            console().result(JsonNodeFactory.instance.objectNode().put("id", id).put("deleted", true));
        } else {
            console().result("Checkpoint " + id + " is deleted.");
        }
        return ExitCode.DONE;
    }
}
