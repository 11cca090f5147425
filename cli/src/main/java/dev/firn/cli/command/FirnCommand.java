package dev.firn.cli.command;

import static java.util.Objects.requireNonNull;

import dev.firn.cli.client.Answer;
import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Listing;
import dev.firn.cli.console.Console;
import dev.firn.cli.console.Table;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** What every command has: the session and {@code --json}. */
abstract class FirnCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--json", description = "Print the result as one line of JSON, the last of standard output.")
    private boolean json;

    FirnCommand(Session session) {
        this.session = requireNonNull(session, "session is null");
    }

    final Session session() {
        return session;
    }

    final Console console() {
        return session.console();
    }

    final FirnClient client() {
        return session.client();
    }

    final boolean json() {
        return json;
    }

    /** Prints an answer as it came, or as text. */
    final <T> void print(Answer<T> answer, Supplier<String> text) {
        if (json) {
            console().result(answer.json());
        } else {
            console().result(text.get());
        }
    }

    /** Prints a listing as it came, or as a table; says when there is none, or more. */
    final <T> void print(Listing<T> listing, String none, Supplier<Table> table) {
        if (json) {
            console().result(listing.json());
            return;
        }
        if (listing.items().isEmpty()) {
            console().say(none);
            return;
        }
        console().result(table.get().toString());
        if (listing.more()) {
            console().say("These are the first " + listing.items().size() + "; --limit N shows more.");
        }
    }
}
