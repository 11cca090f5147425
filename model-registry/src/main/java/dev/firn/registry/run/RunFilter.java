package dev.firn.registry.run;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.Set;

/**
 * Which runs are listed.
 *
 * @param states in any of these states; empty means in any state
 * @param name with exactly this name
 * @param part with a name that contains this, in upper or lower case
 */
public record RunFilter(Set<RunState> states, Optional<String> name, Optional<String> part) {

    /** Every run. */
    public static final RunFilter ALL = new RunFilter(Set.of(), Optional.empty(), Optional.empty());

    public RunFilter {
        states = Set.copyOf(states);
        requireNonNull(name, "name is null");
        requireNonNull(part, "part is null");
    }

    /** With these states and exactly this name. */
    public RunFilter(Set<RunState> states, Optional<String> name) {
        this(states, name, Optional.empty());
    }
}
