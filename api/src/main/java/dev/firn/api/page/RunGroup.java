package dev.firn.api.page;

import dev.firn.api.http.Names;
import dev.firn.api.http.Problem;
import dev.firn.api.http.ProblemException;
import dev.firn.registry.run.RunState;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Which runs the list shows. */
enum RunGroup {
    ALL("All"),
    ACTIVE("Active"),
    SUCCEEDED("Succeeded"),
    FAILED("Failed"),
    CANCELLED("Cancelled");

    private final String label;

    RunGroup(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    /** In any of these; empty means in any. */
    Set<RunState> states() {
        return switch (this) {
            case ALL -> Set.of();
            case ACTIVE -> Set.of(RunState.QUEUED, RunState.RUNNING, RunState.PAUSED, RunState.STOPPING);
            case SUCCEEDED -> Set.of(RunState.SUCCEEDED);
            case FAILED -> Set.of(RunState.FAILED);
            case CANCELLED -> Set.of(RunState.CANCELLED);
        };
    }

    /** The word in addresses. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** How many of the runs belong to it. */
    long count(Map<RunState, Long> byState) {
        return byState.entrySet().stream()
                .filter(entry -> states().isEmpty() || states().contains(entry.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /**
     * The group of a word; all where there is none.
     *
     * @throws ProblemException 400 when no group has that word
     */
    static RunGroup of(String word) {
        if (word == null || word.isEmpty()) {
            return ALL;
        }
        return Arrays.stream(values())
                .filter(group -> group.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new ProblemException(Problem.badRequest("state must be one of "
                        + Arrays.stream(values()).map(RunGroup::word).toList() + ", is '" + Names.shortened(word)
                        + "'")));
    }
}
