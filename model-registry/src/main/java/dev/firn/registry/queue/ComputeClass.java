package dev.firn.registry.queue;

import static java.util.Objects.requireNonNull;

/**
 * The workers of one class together.
 *
 * @param slots how many stages they compute at a time
 * @param taken how many runs have a slot; may be more than there are after a worker has gone
 * @param memoryBytes what each of them has at least
 */
record ComputeClass(String name, int slots, int taken, long memoryBytes) {
    ComputeClass {
        requireNonNull(name, "name is null");
    }
}
