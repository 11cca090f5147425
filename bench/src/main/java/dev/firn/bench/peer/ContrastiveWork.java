package dev.firn.bench.peer;

import static java.util.Objects.requireNonNull;

/**
 * Contrastive steps over made-up pairs.
 *
 * @param weights folder of the starting weights
 * @param pairs number of pairs there are, the same whatever the batch
 * @param batchSize pairs of a step
 * @param chunkSequences texts whose activations are held at once
 * @param tokens of each text
 */
public record ContrastiveWork(String weights, int threads, int pairs, int batchSize, int chunkSequences, int tokens) {
    public ContrastiveWork {
        requireNonNull(weights, "weights is null");
    }
}
