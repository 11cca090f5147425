package dev.firn.training.filter;

import static java.util.Objects.requireNonNull;

import dev.firn.training.ProgressListener;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.search.DocumentRanks;
import dev.firn.training.search.VectorTable;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * Keeps the pairs of one source whose document a teacher ranks high for their query.
 *
 * <p>The pairs are split, in their order, into the fewest shards of at most {@code shardSize} pairs, all of nearly one size. In a
 * shard every different document row stands once, at the place where it occurs first. The rank of a pair is the number of
 * documents of its shard that score higher than its own, plus those that score the same and stand earlier. A pair is kept when its
 * rank is below {@code topRank}.
 *
 * <p>Memory: a few numbers per pair of a shard, and blocks of {@link DocumentRanks}.
 */
public final class ConsistencyFilter {
    private final int topRank;
    private final int shardSize;
    private final ComputeContext context;

    /**
     * Configures a filter.
     *
     * @param topRank at least 1; the paper uses 20
     * @param shardSize largest number of pairs in a shard, at least 1; the paper uses about 3 million
     */
    public ConsistencyFilter(int topRank, int shardSize, ComputeContext context) {
        if (topRank < 1) {
            throw new IllegalArgumentException("topRank must be at least 1, is " + topRank);
        }
        if (shardSize < 1) {
            throw new IllegalArgumentException("shardSize must be at least 1, is " + shardSize);
        }
        this.topRank = topRank;
        this.shardSize = shardSize;
        this.context = requireNonNull(context, "context is null");
    }

    /**
     * Filters one source.
     *
     * @param queries vectors of the queries by row number
     * @param documents vectors of the documents by row number
     * @param pairs query row and document row of each pair, from 0 to the buffer's limit
     * @param progress counts pairs
     */
    public FilteredPairs filter(
            VectorTable queries, VectorTable documents, IntBuffer pairs, ProgressListener progress) {
        return kept(ranks(queries, documents, pairs, 0, pairs.limit() / 2, progress));
    }

    /**
     * Ranks some of the pairs of a source, each among the documents of its whole shard: done range by range, the ranks are those of
     * the whole source.
     *
     * @param pairs query row and document row of each pair of the source, from 0 to the buffer's limit
     * @param first the first pair to rank
     * @param end the pair after the last to rank
     * @param progress counts pairs
     * @return the rank of each pair from {@code first} on
     */
    public int[] ranks(
            VectorTable queries,
            VectorTable documents,
            IntBuffer pairs,
            int first,
            int end,
            ProgressListener progress) {
        int count = pairs.limit() / 2;
        Objects.checkFromToIndex(first, end, count);
        int shards = (int) (((long) count + shardSize - 1) / shardSize);
        int[] ranks = new int[end - first];
        for (int shard = 0; shard < shards; shard++) {
            int from = (int) ((long) count * shard / shards);
            int to = (int) ((long) count * (shard + 1) / shards);
            int rankedFrom = Math.max(from, first);
            int rankedTo = Math.min(to, end);
            if (rankedFrom < rankedTo) {
                int[] part = rank(
                        queries,
                        documents,
                        pairs,
                        from,
                        to,
                        rankedFrom,
                        rankedTo,
                        (done, all) -> progress.progress(
                                rankedFrom - first + (all == 0 ? 0 : (rankedTo - rankedFrom) * done / all),
                                end - first));
                System.arraycopy(part, 0, ranks, rankedFrom - first, part.length);
            }
        }
        progress.progress(end - first, end - first);
        return ranks;
    }

    /** What is kept of a source whose pairs have these ranks. */
    public FilteredPairs kept(int[] ranks) {
        int[] kept = new int[ranks.length];
        int keptCount = 0;
        for (int pair = 0; pair < ranks.length; pair++) {
            if (ranks[pair] < topRank) {
                kept[keptCount++] = pair;
            }
        }
        return new FilteredPairs(IntBuffer.wrap(ranks), IntBuffer.wrap(Arrays.copyOf(kept, keptCount)));
    }

    /** Ranks a range of a shard's pairs among the documents of the shard, which holds the pairs from {@code from} to {@code to}. */
    private int[] rank(
            VectorTable queries,
            VectorTable documents,
            IntBuffer pairs,
            int from,
            int to,
            int rankedFrom,
            int rankedTo,
            ProgressListener progress) {
        int[] pairDocuments = new int[to - from];
        for (int i = 0; i < pairDocuments.length; i++) {
            pairDocuments[i] = pairs.get(2 * (from + i) + 1);
        }
        int[] positions = new int[pairDocuments.length];
        int[] documentRows = distinct(pairDocuments, positions);
        int[] queryRows = new int[rankedTo - rankedFrom];
        for (int i = 0; i < queryRows.length; i++) {
            queryRows[i] = pairs.get(2 * (rankedFrom + i));
        }
        return new DocumentRanks(context)
                .rank(
                        queries,
                        queryRows,
                        documents,
                        documentRows,
                        Arrays.copyOfRange(positions, rankedFrom - from, rankedTo - from),
                        progress);
    }

    /**
     * Returns the different values in the order of their first occurrence, and for each value its position there. Sorts instead of
     * hashing: no object per value.
     */
    private static int[] distinct(int[] values, int[] positions) {
        int count = values.length;
        long[] byValue = new long[count];
        for (int i = 0; i < count; i++) {
            byValue[i] = (long) values[i] << 32 | i;
        }
        Arrays.sort(byValue);
        int[] firstOccurrence = new int[count];
        for (int i = 0; i < count; i++) {
            int index = (int) byValue[i];
            boolean sameAsBefore = i > 0 && byValue[i] >> 32 == byValue[i - 1] >> 32;
            firstOccurrence[index] = sameAsBefore ? firstOccurrence[(int) byValue[i - 1]] : index;
        }
        int[] distinct = new int[count];
        int distinctCount = 0;
        for (int i = 0; i < count; i++) {
            if (firstOccurrence[i] == i) {
                positions[i] = distinctCount;
                distinct[distinctCount++] = values[i];
            } else {
                positions[i] = positions[firstOccurrence[i]];
            }
        }
        return Arrays.copyOf(distinct, distinctCount);
    }
}
