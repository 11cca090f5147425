package dev.firn.cli.command;

import static java.util.Objects.requireNonNull;

import dev.firn.cli.client.FirnClient;
import dev.firn.cli.client.Listing;
import dev.firn.cli.client.Run;
import java.util.List;
import java.util.regex.Pattern;

/** Finds the run that a user means. */
final class RunFinder {
    /** How many of the newest runs are searched for a prefix or a name. */
    static final int SEARCHED = 1000;

    private static final Pattern ID =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", Pattern.CASE_INSENSITIVE);

    private final FirnClient client;

    RunFinder(FirnClient client) {
        this.client = requireNonNull(client, "client is null");
    }

    /**
     * The id of the run that has this id, or the only one whose id begins so, or the newest of this name.
     *
     * @throws InputException when there is none, or several ids begin so
     */
    String find(String text) throws InterruptedException {
        if (ID.matcher(text).matches()) {
            return text;
        }
        Listing<Run> runs = client.runs(SEARCHED);
        List<Run> begun = runs.items().stream()
                .filter(run -> run.id().regionMatches(true, 0, text, 0, text.length()))
                .toList();
        if (begun.size() == 1) {
            return begun.getFirst().id();
        }
        for (Run run : runs.items()) {
            if (run.name().equals(text)) {
                return run.id();
            }
        }
        if (begun.size() > 1) {
            throw new InputException("the ids of " + begun.size() + " runs begin with " + text + ", among them "
                    + begun.get(0).id() + " and " + begun.get(1).id());
        }
        throw new InputException("no run has the name or an id that begins with " + text
                + (runs.more() ? " among the newest " + SEARCHED : "") + "; ./firn runs lists them");
    }
}
