package dev.firn.activities.stage;

import static java.util.Objects.requireNonNull;

import dev.firn.registry.run.StageOutput;
import dev.firn.training.ProgressListener;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The work of a stage, cut into phases that follow each other, and each phase into shards that any worker does in any
 * order. A shard's result does not depend on who made it, nor on how many there were to do it.
 */
interface DividedWork extends AutoCloseable {
    /** How the work is cut. */
    List<Phase> phases();

    /**
     * Does one shard.
     *
     * @param results what the phases before made
     * @param folder an empty folder for the shard's result
     * @param progress counts up to the shard's size
     */
    void compute(int phase, int shard, ShardResults results, Path folder, ProgressListener progress) throws IOException;

    /** Puts the results of all shards together, in their order, and publishes the stage's outputs. */
    List<StageOutput> merge(ShardResults results) throws IOException;

    @Override
    void close();

    /**
     * Some shards that need nothing of each other.
     *
     * @param label what is being done, for people
     * @param sizes how much each shard has to do, each above 0
     */
    record Phase(String label, List<Long> sizes) {
        public Phase {
            requireNonNull(label, "label is null");
            sizes = List.copyOf(sizes);
        }
    }

    /** What shards made. */
    interface ShardResults {
        /** The files of a result, verified; they are not to be changed. */
        Path folder(int phase, int shard) throws IOException;
    }
}
