package dev.firn.training.measure;

import java.util.List;
import java.util.Map;

/**
 * A query's ranking with the judgement of each document. As in trec_eval a negative judgement says that a document was in the pool
 * but not judged; one without any is outside of the pool.
 */
final class JudgedRanking {
    private static final int OUTSIDE_POOL = Integer.MIN_VALUE;

    private final int[] judgements;
    private final int[] ideal;
    private final int nonrelevant;

    /**
     * Looks up the judgements.
     *
     * @param ranking the retrieved documents, best first
     * @param judgements the query's judgements by document
     */
    JudgedRanking(List<ScoredDocument> ranking, Map<String, Integer> judgements) {
        this.judgements = ranking.stream()
                .mapToInt(each -> judgements.getOrDefault(each.document(), OUTSIDE_POOL))
                .toArray();
        this.ideal = judgements.values().stream()
                .mapToInt(Integer::intValue)
                .filter(judgement -> judgement > 0)
                .map(judgement -> -judgement)
                .sorted()
                .map(negative -> -negative)
                .toArray();
        this.nonrelevant = (int)
                judgements.values().stream().filter(judgement -> judgement == 0).count();
    }

    /** Number of retrieved documents. */
    int retrieved() {
        return judgements.length;
    }

    /** Number of documents that are relevant, retrieved or not. */
    int relevant() {
        return ideal.length;
    }

    /** Number of documents that were judged not relevant, retrieved or not. */
    int nonrelevant() {
        return nonrelevant;
    }

    /** The positive judgements of all documents, highest first. */
    int[] ideal() {
        return ideal.clone();
    }

    /** What the best {@code cut} retrieved documents gain; fewer when fewer were retrieved. */
    int[] gains(int cut) {
        int[] gains = new int[Math.min(cut, judgements.length)];
        for (int i = 0; i < gains.length; i++) {
            gains[i] = Math.max(0, judgements[i]);
        }
        return gains;
    }

    boolean isRelevant(int position) {
        return judgements[position] > 0;
    }

    boolean isJudgedNonrelevant(int position) {
        return judgements[position] == 0;
    }

    boolean isUnjudgedInPool(int position) {
        return judgements[position] < 0 && judgements[position] != OUTSIDE_POOL;
    }

    /** Relevant documents among the best {@code cut} retrieved ones. */
    int relevantWithin(int cut) {
        int relevant = 0;
        for (int i = 0; i < Math.min(cut, judgements.length); i++) {
            relevant += isRelevant(i) ? 1 : 0;
        }
        return relevant;
    }
}
