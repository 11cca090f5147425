package dev.firn.cli.command;

import dev.firn.cli.client.Listing;
import dev.firn.cli.client.Webhook;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.util.List;
import picocli.CommandLine.Command;

/** Lists the receivers of messages. */
@Command(
        name = "webhooks",
        description =
                "List who is told of runs and aliases; or add or remove one, or list what was sent. For administrators.",
        footer = {
            "",
            "Examples:",
            "  firn webhooks",
            "  firn webhooks add https://hooks.example.com/firn --event run.failed",
            "Messages are signed as Standard Webhooks describe it, and sent until they arrive, for a day."
        })
final class WebhooksCommand extends ListingCommand {
    WebhooksCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Listing<Webhook> webhooks = client().webhooks(limit());
        print(webhooks, "Nobody is told of runs and aliases yet.", () -> table(webhooks));
        return ExitCode.DONE;
    }

    private static Table table(Listing<Webhook> webhooks) {
        Table table = new Table()
                .column("id", Side.LEFT)
                .column("url", Side.LEFT)
                .column("events", Side.LEFT)
                .column("created (UTC)", Side.LEFT);
        for (Webhook webhook : webhooks.items()) {
            table.row(List.of(
                    webhook.id(),
                    webhook.url(),
                    String.join(" ", webhook.events()),
                    Figures.moment(webhook.createdAt())));
        }
        return table;
    }
}
