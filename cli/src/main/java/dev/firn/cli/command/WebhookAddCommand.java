package dev.firn.cli.command;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.Webhook;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Adds a receiver of messages. */
@Command(
        name = "add",
        description = "Tell a server of runs and aliases from now on. The secret of its signatures is shown this once.",
        footer = {"", "Example: firn webhooks add https://hooks.example.com/firn --event run.failed --event alias.moved"
        })
final class WebhookAddCommand extends FirnCommand {
    @Parameters(paramLabel = "URL", description = "Where messages go, http or https.")
    private String url;

    @Option(
            names = "--event",
            paramLabel = "EVENT",
            description = "run.queued, run.running, run.paused, run.stopping, run.cancelled, run.failed, run.succeeded,"
                    + " alias.moved or alias.removed; all of them when there is none.")
    private List<String> events = new ArrayList<>();

    WebhookAddCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        Answer<Webhook> webhook = client().addWebhook(url, events);
        print(
                webhook,
                () -> "id      " + webhook.value().id() + "\nsecret  "
                        + webhook.value().secret());
        return ExitCode.DONE;
    }
}
