package dev.firn.registry.run;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.Set;

/**
 * Which runs are listed.
 *
 * @param states in any of these states; empty means in any state
 * @param name with exactly this name
 */
public record RunFilter(Set<RunState> states, Optional<String> name) {

    /** Every run. */
    public static final RunFilter ALL = new RunFilter(Set.of(), Optional.empty());

    public RunFilter {
        states = Set.copyOf(states);
        requireNonNull(name, "name is null");
    }
}
