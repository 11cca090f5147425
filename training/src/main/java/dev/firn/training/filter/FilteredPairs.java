package dev.firn.training.filter;

import static java.util.Objects.requireNonNull;

import java.nio.IntBuffer;

/**
 * What the consistency filter found out about one source. The buffers are read by absolute position from 0.
 *
 * @param ranks one a pair: number of documents of the pair's shard that stand before the pair's own document; 0 is best
 * @param kept positions of the kept pairs, ascending
 */
public record FilteredPairs(IntBuffer ranks, IntBuffer kept) {
    public FilteredPairs {
        ranks = requireNonNull(ranks, "ranks is null").asReadOnlyBuffer();
        kept = requireNonNull(kept, "kept is null").asReadOnlyBuffer();
    }
}
