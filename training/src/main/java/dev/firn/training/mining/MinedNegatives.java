package dev.firn.training.mining;

import static java.util.Objects.requireNonNull;

import java.nio.IntBuffer;

/**
 * The hard negatives of one source. The buffers are read by absolute position from 0.
 *
 * @param pairs two numbers a pair: row of the query, row of a positive document; the pairs of a query stand together
 * @param negatives {@code negativesPerPair} document rows a pair, hardest first; pairs of one query have the same ones
 * @param queries number of different queries that were given
 * @param queriesWithoutPositive queries dropped because no positive was among the best {@code depth} candidates
 * @param queriesWithTooFewNegatives queries dropped because too few candidates stayed below the threshold
 * @param positivesLeftOut pairs of kept queries not used: beyond the depth or above the maximum number of positives
 * @param given negatives of kept queries that were given, not mined; counted once a query
 */
public record MinedNegatives(
        IntBuffer pairs,
        IntBuffer negatives,
        int negativesPerPair,
        int queries,
        int queriesWithoutPositive,
        int queriesWithTooFewNegatives,
        int positivesLeftOut,
        int given) {
    public MinedNegatives {
        pairs = requireNonNull(pairs, "pairs is null").asReadOnlyBuffer();
        negatives = requireNonNull(negatives, "negatives is null").asReadOnlyBuffer();
        if ((long) pairs.capacity() / 2 * negativesPerPair != negatives.capacity()) {
            throw new IllegalArgumentException("%d pairs need %d negatives each, but there are %d in all"
                    .formatted(pairs.capacity() / 2, negativesPerPair, negatives.capacity()));
        }
    }
}
