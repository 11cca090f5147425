package dev.firn.training.mining;

import static java.util.Objects.requireNonNull;

import dev.firn.training.ProgressListener;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.search.ExactSearch;
import dev.firn.training.search.VectorTable;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Mines hard negatives for the queries of one source.
 *
 * <p>For each query text the teacher's best {@code depth} candidates are taken, best first (equal scores: the earlier candidate).
 * Its positives, that is all documents paired with that text, are looked for among them; the best {@code maximumPositives} found
 * are used. The negatives are the best candidates whose score is below the threshold that the lowest score of the used positives
 * gives, leaving out every document with the text of a positive and every repeated text. A query without a positive within the
 * depth, or with fewer negatives than asked for, is dropped and counted.
 *
 * <p>Negatives that are given come before the mined ones, which fill up. A query that is given enough of them needs no teacher:
 * it stays, with the first {@code maximumPositives} of its positives, also when none is within the depth.
 *
 * <p>Memory: the pairs of the source, its result, and blocks of {@link ExactSearch}.
 */
public final class HardNegativeMiner {
    private final MiningSettings settings;
    private final ComputeContext context;

    public HardNegativeMiner(MiningSettings settings, ComputeContext context) {
        this.settings = requireNonNull(settings, "settings is null");
        this.context = requireNonNull(context, "context is null");
    }

    /**
     * Returns the documents of the pairs, each once, ascending: the candidates that the recipe uses for a source.
     *
     * @param pairs query row and document row of each pair, from 0 to the buffer's limit
     */
    public static int[] documentsOf(IntBuffer pairs) {
        return IntStream.range(0, pairs.limit() / 2)
                .map(pair -> pairs.get(2 * pair + 1))
                .sorted()
                .distinct()
                .toArray();
    }

    /**
     * Mines one source whose different rows are different texts.
     *
     * @param queries vectors of the queries by row number
     * @param documents vectors of the documents by row number
     * @param pairs query row and document row of each pair, from 0 to the buffer's limit
     * @param candidates row numbers of the documents that may become negatives; a positive that is not among them counts as not
     *     found
     * @param progress counts pairs of a query and a candidate
     */
    public MinedNegatives mine(
            VectorTable queries, VectorTable documents, IntBuffer pairs, int[] candidates, ProgressListener progress) {
        return mine(queries, documents, pairs, candidates, Map.of(), progress);
    }

    /**
     * Mines one source whose different rows are different texts, for queries that may have negatives already.
     *
     * @param given by query row, documents that are negatives whatever the teacher finds, the ones to take first foremost; a number
     *     from the number of {@code documents} on is a document that has no vector
     */
    public MinedNegatives mine(
            VectorTable queries,
            VectorTable documents,
            IntBuffer pairs,
            int[] candidates,
            Map<Integer, int[]> given,
            ProgressListener progress) {
        return mine(queries, documents, pairs, candidates, TextIdentity.OF_ROWS, TextIdentity.OF_ROWS, given, progress);
    }

    /**
     * Mines one source, telling texts by their identities.
     *
     * @param queryTexts equal for query rows with equal texts
     * @param documentTexts equal for document rows with equal texts
     */
    public MinedNegatives mine(
            VectorTable queries,
            VectorTable documents,
            IntBuffer pairs,
            int[] candidates,
            TextIdentity queryTexts,
            TextIdentity documentTexts,
            ProgressListener progress) {
        return mine(queries, documents, pairs, candidates, queryTexts, documentTexts, Map.of(), progress);
    }

    private MinedNegatives mine(
            VectorTable queries,
            VectorTable documents,
            IntBuffer pairs,
            int[] candidates,
            TextIdentity queryTexts,
            TextIdentity documentTexts,
            Map<Integer, int[]> given,
            ProgressListener progress) {
        Map<Integer, PositivesOfQuery> byQuery = new LinkedHashMap<>();
        for (int pair = 0; pair < pairs.limit() / 2; pair++) {
            int query = pairs.get(2 * pair);
            int document = pairs.get(2 * pair + 1);
            byQuery.computeIfAbsent(queryTexts.of(query), any -> new PositivesOfQuery(query, new LinkedHashMap<>()))
                    .rowByText()
                    .putIfAbsent(documentTexts.of(document), document);
        }
        List<PositivesOfQuery> positives = new ArrayList<>(byQuery.values());
        int[] queryRows = positives.stream().mapToInt(PositivesOfQuery::row).toArray();
        Collected collected = new Collected(settings.negatives());
        new ExactSearch(context)
                .search(
                        queries,
                        queryRows,
                        documents,
                        candidates,
                        settings.depth(),
                        (query, count, found, scores) -> select(
                                positives.get(query),
                                given.getOrDefault(positives.get(query).row(), new int[0]),
                                count,
                                found,
                                scores,
                                candidates,
                                documentTexts,
                                collected),
                        progress);
        return collected.result(queryRows.length);
    }

    private void select(
            PositivesOfQuery query,
            int[] given,
            int count,
            int[] found,
            float[] scores,
            int[] candidates,
            TextIdentity documentTexts,
            Collected collected) {
        Map<Integer, Integer> positives = query.rowByText();
        Set<Integer> used = new HashSet<>();
        int[] usedRows = new int[Math.min(settings.maximumPositives(), positives.size())];
        float lowest = Float.NaN;
        for (int i = 0; i < count && used.size() < usedRows.length; i++) {
            int text = documentTexts.of(candidates[found[i]]);
            Integer row = positives.get(text);
            if (row != null && used.add(text)) {
                usedRows[used.size() - 1] = row;
                lowest = scores[i];
            }
        }
        int[] negatives = new int[settings.negatives()];
        Set<Integer> taken = new HashSet<>();
        for (int i = 0; i < given.length && taken.size() < negatives.length; i++) {
            int text = documentTexts.of(given[i]);
            if (!positives.containsKey(text) && taken.add(text)) {
                negatives[taken.size() - 1] = given[i];
            }
        }
        int ofGiven = taken.size();
        if (used.isEmpty() && ofGiven == negatives.length) {
            for (Map.Entry<Integer, Integer> positive : positives.entrySet()) {
                if (used.size() < usedRows.length && used.add(positive.getKey())) {
                    usedRows[used.size() - 1] = positive.getValue();
                }
            }
        }
        if (used.isEmpty()) {
            collected.withoutPositive++;
            return;
        }
        double bound = settings.threshold().bound(lowest);
        for (int i = 0; i < count && taken.size() < negatives.length; i++) {
            int row = candidates[found[i]];
            int text = documentTexts.of(row);
            if (scores[i] < bound && !positives.containsKey(text) && taken.add(text)) {
                negatives[taken.size() - 1] = row;
            }
        }
        if (taken.size() < negatives.length) {
            collected.withTooFewNegatives++;
            return;
        }
        collected.given += ofGiven;
        collected.positivesLeftOut += positives.size() - used.size();
        for (int i = 0; i < used.size(); i++) {
            collected.add(query.row(), usedRows[i], negatives);
        }
    }

    /** A query's row and its positives' rows by the identity of their texts. */
    private record PositivesOfQuery(int row, Map<Integer, Integer> rowByText) {}

    /** The result as it grows. */
    private static final class Collected {
        private final int negativesPerPair;
        private int[] pairs = new int[64];
        private int[] negatives;
        private int count;
        private int withoutPositive;
        private int withTooFewNegatives;
        private int positivesLeftOut;
        private int given;

        Collected(int negativesPerPair) {
            this.negativesPerPair = negativesPerPair;
            this.negatives = new int[32 * negativesPerPair];
        }

        void add(int query, int positive, int[] rows) {
            if (2 * count == pairs.length) {
                pairs = Arrays.copyOf(pairs, Math.multiplyExact(pairs.length, 2));
                negatives = Arrays.copyOf(negatives, Math.multiplyExact(negatives.length, 2));
            }
            pairs[2 * count] = query;
            pairs[2 * count + 1] = positive;
            System.arraycopy(rows, 0, negatives, count * negativesPerPair, negativesPerPair);
            count++;
        }

        MinedNegatives result(int queries) {
            return new MinedNegatives(
                    IntBuffer.wrap(Arrays.copyOf(pairs, 2 * count)),
                    IntBuffer.wrap(Arrays.copyOf(negatives, count * negativesPerPair)),
                    negativesPerPair,
                    queries,
                    withoutPositive,
                    withTooFewNegatives,
                    positivesLeftOut,
                    given);
        }
    }
}
