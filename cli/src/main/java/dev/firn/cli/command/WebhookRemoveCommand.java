package dev.firn.cli.command;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Removes a receiver of messages. */
@Command(
        name = "remove",
        description = "Tell a server nothing any more; what has not arrived is not sent.",
        footer = {"", "Example: firn webhooks remove 01a20f00-1c2b-7000-8d3e-4f5061728394"})
final class WebhookRemoveCommand extends FirnCommand {
    @Parameters(paramLabel = "ID", description = "The receiver's id, as firn webhooks lists it.")
    private String id;

    WebhookRemoveCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        client().removeWebhook(id);
        if (json()) {
            console().result(JsonNodeFactory.instance.objectNode().put("id", id).put("removed", true));
        } else {
            console().result("Receiver " + id + " is removed.");
        }
        return ExitCode.DONE;
    }
}
