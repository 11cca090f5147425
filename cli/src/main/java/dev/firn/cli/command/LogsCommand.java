package dev.firn.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.firn.cli.client.Event;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Listing;
import dev.firn.cli.client.ProblemException;
import dev.firn.cli.client.ServerAwayException;
import dev.firn.cli.console.Figures;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the log of a run. */
@Command(
        name = "logs",
        description = "Print what happened in a run, oldest first.",
        footer = {
            "",
            "With --json and -f each event is a line of its own as it happens.",
            "Example: firn logs quickstart -f"
        })
final class LogsCommand extends FirnCommand {
    private static final int PAGE = 200;
    private static final long MILLIS_BETWEEN_QUESTIONS = 1000;

    @Parameters(
            paramLabel = "ID",
            description = "The run's id, the beginning of it, or the name of the newest such run.")
    private String id;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on until the run has ended.")
    private boolean follow;

    LogsCommand(Session session) {
        super(session);
    }

    @Override
    public Integer call() throws InterruptedException {
        FirnClient client = client();
        String run = new RunFinder(client).find(id);
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        ArrayNode events = result.putArray("items");
        long after = 0;
        boolean away = false;
        while (true) {
            try {
                // Asked before the log is read: what was logged before the end is then surely in it
                boolean ended = !follow || client.run(run).value().state().ended();
                Listing<Event> page;
                do {
                    page = client.logs(run, after, PAGE);
                    for (int index = 0; index < page.items().size(); index++) {
                        Event event = page.items().get(index);
                        print(event, page.json().path("items").get(index), events);
                        after = Math.max(after, event.id());
                    }
                } while (!page.items().isEmpty());
                away = false;
                if (ended) {
                    break;
                }
            } catch (ServerAwayException e) {
                if (!follow) {
                    throw e;
                }
                away = sayAway(away, e.getMessage());
            } catch (ProblemException e) {
                if (!follow || !e.away()) {
                    throw e;
                }
                away = sayAway(away, client.server() + " says " + e.problem().title());
            }
            TimeUnit.MILLISECONDS.sleep(MILLIS_BETWEEN_QUESTIONS);
        }
        if (json() && !follow) {
            console().result(result);
        }
        return ExitCode.DONE;
    }

    private void print(Event event, JsonNode json, ArrayNode events) {
        if (json() && follow) {
            console().result(json);
        } else if (json()) {
            events.add(json);
        } else if (event.message() != null) {
            console()
                    .result(String.format(
                            Locale.ROOT,
                            "%s  %-10s  %s",
                            Figures.clock(event.at()),
                            event.stage() == null ? "" : event.stage(),
                            event.message()));
        }
    }

    private boolean sayAway(boolean alreadySaid, String message) {
        if (!alreadySaid) {
            console().say(message + ". Waiting for it.");
        }
        return true;
    }
}
