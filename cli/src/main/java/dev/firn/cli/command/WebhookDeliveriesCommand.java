package dev.firn.cli.command;

import dev.firn.cli.client.Delivery;
import dev.firn.cli.client.Listing;
import dev.firn.cli.console.Figures;
import dev.firn.cli.console.Table;
import dev.firn.cli.console.Table.Side;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists the messages to a receiver. */
@Command(
        name = "deliveries",
        description =
                "List the messages to a receiver, newest first: what arrived, what is tried again and when, and why.",
        footer = {"", "Example: firn webhooks deliveries 01a20f00-1c2b-7000-8d3e-4f5061728394"})
final class WebhookDeliveriesCommand extends ListingCommand {
    @Parameters(paramLabel = "ID", description = "The receiver's id, as firn webhooks lists it.")
    private String id;

    WebhookDeliveriesCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Listing<Delivery> deliveries = client().deliveries(id, limit());
        print(deliveries, "Nothing was sent yet.", () -> table(deliveries));
        return ExitCode.DONE;
    }

    private static Table table(Listing<Delivery> deliveries) {
        Table table = new Table()
                .column("created (UTC)", Side.LEFT)
                .column("event", Side.LEFT)
                .column("state", Side.LEFT)
                .column("attempts", Side.RIGHT)
                .column("next (UTC)", Side.LEFT)
                .column("last answer", Side.LEFT);
        for (Delivery delivery : deliveries.items()) {
            table.row(List.of(
                    Figures.moment(delivery.createdAt()),
                    delivery.event(),
                    delivery.state(),
                    Integer.toString(delivery.attempts()),
                    Figures.moment(delivery.nextAttemptAt()),
                    answer(delivery)));
        }
        return table;
    }

    private static String answer(Delivery delivery) {
        if (delivery.lastError() != null) {
            return delivery.lastError();
        }
        return delivery.lastStatus() == null ? "-" : "HTTP " + delivery.lastStatus();
    }
}
