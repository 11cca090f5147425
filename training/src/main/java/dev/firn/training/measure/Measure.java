package dev.firn.training.measure;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A measure of one query's ranking, as trec_eval computes it. A document is relevant when its judgement is at least 1.
 *
 * @param cut number of best documents looked at; 0 for kinds that look at all
 */
public record Measure(Kind kind, int cut) {
    /** What is measured. */
    public enum Kind {
        /**
         * Discounted gain {@code Σ judgement(i) / log2(i + 1)} over the ranks i from 1 on, divided by that of the best possible
         * ranking of all judged documents; judgements below 1 gain nothing (Järvelin and Kekäläinen 2002, linear gain).
         */
        NDCG("ndcg", false),
        /** {@link #NDCG}, both sums over the best {@code cut} documents only. */
        NDCG_CUT("ndcg_cut", true),
        /** Relevant documents among the best {@code cut}, divided by the number of relevant documents. */
        RECALL("recall", true),
        /** Relevant documents among the best {@code cut}, divided by {@code cut}. */
        PRECISION("P", true),
        /** The precision at each retrieved relevant document, summed and divided by the number of relevant documents. */
        AVERAGE_PRECISION("map", false),
        /** {@link #AVERAGE_PRECISION} looking at the best {@code cut} documents only. */
        AVERAGE_PRECISION_CUT("map_cut", true),
        /** 1 / rank of the first relevant document; 0 when none was retrieved. */
        RECIPROCAL_RANK("recip_rank", false),
        /** {@link #RECIPROCAL_RANK}, 0 when the rank is above {@code cut}: {@code recip_rank} with trec_eval's {@code -M cut}. */
        RECIPROCAL_RANK_CUT("recip_rank_cut", true),
        /** 1 when a relevant document is among the best {@code cut}, else 0. */
        SUCCESS("success", true);

        private final String word;
        private final boolean cut;

        Kind(String word, boolean cut) {
            this.word = word;
            this.cut = cut;
        }
    }

    /** The measures that an evaluation reports: nDCG@10, recall@10 and @100, MRR@10, MAP. */
    public static final List<Measure> STANDARD = List.of(
            new Measure(Kind.NDCG_CUT, 10),
            new Measure(Kind.RECALL, 10),
            new Measure(Kind.RECALL, 100),
            new Measure(Kind.RECIPROCAL_RANK_CUT, 10),
            new Measure(Kind.AVERAGE_PRECISION, 0));

    public Measure {
        requireNonNull(kind, "kind is null");
        if (kind.cut ? cut < 1 : cut != 0) {
            throw new IllegalArgumentException(
                    kind.cut
                            ? "the cut of %s must be at least 1, is %d".formatted(kind.word, cut)
                            : kind.word + " has no cut");
        }
    }

    /**
     * Understands trec_eval's names, such as {@code ndcg_cut_10} and {@code map}.
     *
     * @throws IllegalArgumentException for another name; says which kinds there are
     */
    public static Measure parse(String name) {
        for (Kind kind : Kind.values()) {
            if (!kind.cut && name.equals(kind.word)) {
                return new Measure(kind, 0);
            }
            if (kind.cut && name.startsWith(kind.word + "_")) {
                String cut = name.substring(kind.word.length() + 1);
                if (cut.matches("[1-9][0-9]{0,8}")) {
                    return new Measure(kind, Integer.parseInt(cut));
                }
            }
        }
        throw new IllegalArgumentException(
                "unknown measure '%s'; there are ndcg, map, recip_rank, and with a number of documents".formatted(name)
                        + " ndcg_cut_10, recall_10, P_10, map_cut_10, recip_rank_cut_10, success_10");
    }

    /** Returns trec_eval's name. */
    public String name() {
        return kind.cut ? kind.word + "_" + cut : kind.word;
    }

    /**
     * Measures one query.
     *
     * @param ranking the retrieved documents, best first
     * @param judgements the query's judgements by document
     */
    double of(List<ScoredDocument> ranking, Map<String, Integer> judgements) {
        int looked = kind.cut ? Math.min(cut, ranking.size()) : ranking.size();
        int[] gains = new int[looked];
        for (int i = 0; i < looked; i++) {
            gains[i] = Math.max(0, judgements.getOrDefault(ranking.get(i).document(), 0));
        }
        int[] ideal = judgements.values().stream()
                .mapToInt(Integer::intValue)
                .filter(judgement -> judgement > 0)
                .map(judgement -> -judgement)
                .sorted()
                .map(negative -> -negative)
                .toArray();
        if (ideal.length == 0) {
            return 0;
        }
        return switch (kind) {
            case NDCG -> discounted(gains) / discounted(ideal);
            case NDCG_CUT -> discounted(gains) / discounted(Arrays.copyOf(ideal, Math.min(cut, ideal.length)));
            case RECALL -> (double) relevant(gains) / ideal.length;
            case PRECISION -> (double) relevant(gains) / cut;
            case AVERAGE_PRECISION, AVERAGE_PRECISION_CUT -> precisions(gains) / ideal.length;
            case RECIPROCAL_RANK, RECIPROCAL_RANK_CUT -> reciprocalRank(gains);
            case SUCCESS -> relevant(gains) > 0 ? 1 : 0;
        };
    }

    private static double discounted(int[] gains) {
        double sum = 0;
        for (int i = 0; i < gains.length; i++) {
            sum += gains[i] * (StrictMath.log(2) / StrictMath.log(i + 2.0));
        }
        return sum;
    }

    private static int relevant(int[] gains) {
        int relevant = 0;
        for (int gain : gains) {
            relevant += gain > 0 ? 1 : 0;
        }
        return relevant;
    }

    private static double precisions(int[] gains) {
        double sum = 0;
        int relevant = 0;
        for (int i = 0; i < gains.length; i++) {
            if (gains[i] > 0) {
                relevant++;
                sum += (double) relevant / (i + 1);
            }
        }
        return sum;
    }

    private static double reciprocalRank(int[] gains) {
        for (int i = 0; i < gains.length; i++) {
            if (gains[i] > 0) {
                return 1.0 / (i + 1);
            }
        }
        return 0;
    }
}
