package dev.firn.training.filter;

import static java.util.Objects.requireNonNull;

import dev.firn.training.ProgressListener;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.search.DocumentRanks;
import dev.firn.training.search.VectorTable;
import java.nio.IntBuffer;
import java.util.Arrays;

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
        int count = pairs.limit() / 2;
        int shards = (int) (((long) count + shardSize - 1) / shardSize);
        int[] ranks = new int[count];
        for (int shard = 0; shard < shards; shard++) {
            int from = (int) ((long) count * shard / shards);
            int to = (int) ((long) count * (shard + 1) / shards);
            rankShard(queries, documents, pairs, from, to, ranks, progress);
        }
        progress.progress(count, count);
        int[] kept = new int[count];
        int keptCount = 0;
        for (int pair = 0; pair < count; pair++) {
            if (ranks[pair] < topRank) {
                kept[keptCount++] = pair;
            }
        }
        return new FilteredPairs(IntBuffer.wrap(ranks), IntBuffer.wrap(Arrays.copyOf(kept, keptCount)));
    }

    private void rankShard(
            VectorTable queries,
            VectorTable documents,
            IntBuffer pairs,
            int from,
            int to,
            int[] ranks,
            ProgressListener progress) {
        int size = to - from;
        int[] queryRows = new int[size];
        int[] pairDocuments = new int[size];
        for (int i = 0; i < size; i++) {
            queryRows[i] = pairs.get(2 * (from + i));
            pairDocuments[i] = pairs.get(2 * (from + i) + 1);
        }
        int[] targets = new int[size];
        int[] documentRows = distinct(pairDocuments, targets);
        int total = pairs.limit() / 2;
        int[] shardRanks = new DocumentRanks(context)
                .rank(
                        queries,
                        queryRows,
                        documents,
                        documentRows,
                        targets,
                        (done, all) -> progress.progress(from + (all == 0 ? 0 : size * done / all), total));
        System.arraycopy(shardRanks, 0, ranks, from, size);
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
