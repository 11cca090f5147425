package dev.firn.workflows.stage;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the work of a stage is divided.
 *
 * @param fence the fence under which it was; null when there is nothing to divide
 * @param shards the number of shards of each phase; the phases follow each other
 * @param workers how many workers there are for them
 */
public record StageDivision(@Nullable Long fence, List<Integer> shards, int workers) {
    public StageDivision {
        shards = List.copyOf(shards);
    }

    /** A stage with nothing to divide: it is done, or waits, or finds out itself what is wrong. */
    public static StageDivision none() {
        return new StageDivision(null, List.of(), 0);
    }

    /** Whether there is anything that several workers could do side by side. */
    public boolean parallel() {
        return shards.stream().anyMatch(count -> count > 1);
    }
}
