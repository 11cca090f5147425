package dev.firn.api.page;

import static java.util.Objects.requireNonNull;

import dev.firn.api.run.RunView;
import java.util.List;

/**
 * A page of the list of runs.
 *
 * @param groups what can be chosen
 * @param search what the names are to contain; empty for all
 * @param query what asks for this page again, beginning with {@code ?}, or empty
 * @param older where older runs are listed; null on the last page
 * @param newest where the newest are listed; null on the first page
 */
record RunList(List<Card> cards, List<Choice> groups, String search, String query, String older, String newest) {
    RunList {
        cards = List.copyOf(cards);
        groups = List.copyOf(groups);
        requireNonNull(search, "search is null");
        requireNonNull(query, "query is null");
    }

    /** Whether something is looked for, so that there may be runs that are not shown. */
    public boolean filtered() {
        return !query.isEmpty();
    }

    /**
     * A run.
     *
     * @param figure the number that tells most about it; null where there is none yet
     */
    record Card(RunView run, Figure figure) {}

    /** A number with its name, as text. */
    record Figure(String name, String value) {}

    /** A group of runs with how many belong to it. */
    record Choice(String word, String label, long count, boolean chosen) {}
}
