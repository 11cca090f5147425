package dev.firn.training.measure;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * A measure of one query's ranking, as trec_eval computes it, and how it is summed up over queries. A document is relevant when its
 * judgement is at least 1.
 *
 * <p>There are trec_eval's measures of rankings and sets but {@code G}, {@code ndcg_rel}, {@code Rndcg}, {@code utility} and {@code relstring}.
 *
 * @param parameter number of best documents looked at, or share of the relevant documents; 0 for kinds that have none
 */
public record Measure(Kind kind, double parameter) {
    /** A geometric mean takes values below this for this, as trec_eval does. */
    static final double LEAST_OF_GEOMETRIC_MEAN = 0.00001;

    private static final double EPSILON_OF_INFERRED = 0.00001;

    /** What the parameter of a kind is. */
    enum Parameter {
        NONE,
        /** A number of best documents. */
        CUT,
        /** Likewise; usually few. */
        FIRST_CUT,
        /** A share of the relevant documents. */
        SHARE,
        /** A multiple of the number of relevant documents. */
        MULTIPLE;

        /** The parameters that trec_eval takes unless it is given others. */
        DoubleStream usual() {
            return switch (this) {
                case NONE -> DoubleStream.of(0);
                case CUT -> DoubleStream.of(5, 10, 15, 20, 30, 100, 200, 500, 1000);
                case FIRST_CUT -> DoubleStream.of(1, 5, 10);
                case SHARE -> DoubleStream.of(0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1);
                case MULTIPLE -> DoubleStream.of(0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.6, 1.8, 2);
            };
        }

        boolean isCut() {
            return this == CUT || this == FIRST_CUT;
        }
    }

    /** How the values of queries become one. */
    public enum Summary {
        MEAN,
        SUM,
        /** A value below 0.00001, and that of a query for which nothing was retrieved, counts as 0.00001. */
        GEOMETRIC_MEAN
    }

    /** What is measured. */
    public enum Kind {
        /** Retrieved documents. */
        RETRIEVED("num_ret", Parameter.NONE, Summary.SUM),
        /** Relevant documents. */
        RELEVANT("num_rel", Parameter.NONE, Summary.SUM),
        /** Relevant documents that were retrieved. */
        RELEVANT_RETRIEVED("num_rel_ret", Parameter.NONE, Summary.SUM),
        /** The precision at each retrieved relevant document, summed and divided by the number of relevant documents. */
        AVERAGE_PRECISION("map", Parameter.NONE, Summary.MEAN),
        /** {@link #AVERAGE_PRECISION}, its geometric mean over queries. */
        GEOMETRIC_AVERAGE_PRECISION("gm_map", Parameter.NONE, Summary.GEOMETRIC_MEAN),
        /** Precision among as many documents as there are relevant ones. */
        R_PRECISION("Rprec", Parameter.NONE, Summary.MEAN),
        /**
         * How many of the judged documents that are not relevant stand behind each relevant one, of as many of them as there are
         * relevant ones (Buckley and Voorhees 2004).
         */
        BINARY_PREFERENCE("bpref", Parameter.NONE, Summary.MEAN),
        /** 1 / rank of the first relevant document; 0 when none was retrieved. */
        RECIPROCAL_RANK("recip_rank", Parameter.NONE, Summary.MEAN),
        /** The highest precision at any rank at which at least this share of the relevant documents has been seen. */
        INTERPOLATED_PRECISION("iprec_at_recall", Parameter.SHARE, Summary.MEAN),
        /** Relevant documents among the best {@code cut}, divided by {@code cut}. */
        PRECISION("P", Parameter.CUT, Summary.MEAN),
        /** Relevant documents among the best {@code cut}, divided by the number of relevant documents. */
        RECALL("recall", Parameter.CUT, Summary.MEAN),
        /** {@link #AVERAGE_PRECISION} as estimated from a pool of which only a sample is judged (Yilmaz and Aslam 2006). */
        INFERRED_AVERAGE_PRECISION("infAP", Parameter.NONE, Summary.MEAN),
        /** {@link #BINARY_PREFERENCE}, its geometric mean over queries. */
        GEOMETRIC_BINARY_PREFERENCE("gm_bpref", Parameter.NONE, Summary.GEOMETRIC_MEAN),
        /** Precision among this multiple of the number of relevant documents. */
        MULTIPLE_R_PRECISION("Rprec_mult", Parameter.MULTIPLE, Summary.MEAN),
        /** The mean of {@link #INTERPOLATED_PRECISION} at eleven shares from 0 to 1. */
        ELEVEN_POINTS("11pt_avg", Parameter.NONE, Summary.MEAN),
        /** The mean of {@code 1 / log2(2 + documents before it that are not relevant)} over all relevant documents. */
        BINARY_GAIN("binG", Parameter.NONE, Summary.MEAN),
        /**
         * Discounted gain {@code Σ judgement(i) / log2(i + 1)} over the ranks i from 1 on, divided by that of the best possible
         * ranking of all judged documents; judgements below 1 gain nothing (Järvelin and Kekäläinen 2002, linear gain).
         */
        NDCG("ndcg", Parameter.NONE, Summary.MEAN),
        /** {@link #NDCG}, both sums over the best {@code cut} documents only. */
        NDCG_CUT("ndcg_cut", Parameter.CUT, Summary.MEAN),
        /** {@link #AVERAGE_PRECISION} looking at the best {@code cut} documents only. */
        AVERAGE_PRECISION_CUT("map_cut", Parameter.CUT, Summary.MEAN),
        /** {@link #PRECISION} divided by the highest that is possible. */
        RELATIVE_PRECISION("relative_P", Parameter.CUT, Summary.MEAN),
        /** 1 when a relevant document is among the best {@code cut}, else 0. */
        SUCCESS("success", Parameter.FIRST_CUT, Summary.MEAN),
        /** Precision of all that was retrieved. */
        SET_PRECISION("set_P", Parameter.NONE, Summary.MEAN),
        /** {@link #SET_PRECISION} divided by the highest that is possible. */
        SET_RELATIVE_PRECISION("set_relative_P", Parameter.NONE, Summary.MEAN),
        /** Recall of all that was retrieved. */
        SET_RECALL("set_recall", Parameter.NONE, Summary.MEAN),
        /** {@link #SET_PRECISION} times {@link #SET_RECALL}. */
        SET_AVERAGE_PRECISION("set_map", Parameter.NONE, Summary.MEAN),
        /** The harmonic mean of {@link #SET_PRECISION} and {@link #SET_RECALL}. */
        SET_F("set_F", Parameter.NONE, Summary.MEAN),
        /** Retrieved documents that were judged not relevant. */
        NONRELEVANT_RETRIEVED("num_nonrel_judged_ret", Parameter.NONE, Summary.SUM),
        /** {@link #RECIPROCAL_RANK}, 0 when the rank is above {@code cut}: {@code recip_rank} with trec_eval's {@code -M cut}. */
        RECIPROCAL_RANK_CUT("recip_rank_cut", Parameter.FIRST_CUT, Summary.MEAN);

        private final String word;
        private final Parameter parameter;
        private final Summary summary;

        Kind(String word, Parameter parameter, Summary summary) {
            this.word = word;
            this.parameter = parameter;
            this.summary = summary;
        }

        private Stream<Measure> usual() {
            return parameter.usual().mapToObj(each -> new Measure(this, each));
        }
    }

    /** The measures that an evaluation reports: nDCG@10, recall@10 and @100, MRR@10, MAP. */
    public static final List<Measure> STANDARD = List.of(
            new Measure(Kind.NDCG_CUT, 10),
            new Measure(Kind.RECALL, 10),
            new Measure(Kind.RECALL, 100),
            new Measure(Kind.RECIPROCAL_RANK_CUT, 10),
            new Measure(Kind.AVERAGE_PRECISION, 0));

    /** Those that trec_eval prints when it is not asked for others, under its nickname {@code official}. */
    public static final List<Measure> OFFICIAL = Stream.of(
                    Kind.RETRIEVED,
                    Kind.RELEVANT,
                    Kind.RELEVANT_RETRIEVED,
                    Kind.AVERAGE_PRECISION,
                    Kind.GEOMETRIC_AVERAGE_PRECISION,
                    Kind.R_PRECISION,
                    Kind.BINARY_PREFERENCE,
                    Kind.RECIPROCAL_RANK,
                    Kind.INTERPOLATED_PRECISION,
                    Kind.PRECISION)
            .flatMap(Kind::usual)
            .toList();

    /** All of trec_eval's that there are, with its usual parameters: its nickname {@code all_trec}. */
    public static final List<Measure> ALL = Arrays.stream(Kind.values())
            .filter(kind -> kind != Kind.RECIPROCAL_RANK_CUT)
            .flatMap(Kind::usual)
            .toList();

    private static final List<Measure> SETS = Stream.of(
                    Kind.SET_PRECISION,
                    Kind.SET_RELATIVE_PRECISION,
                    Kind.SET_RECALL,
                    Kind.SET_AVERAGE_PRECISION,
                    Kind.SET_F)
            .flatMap(Kind::usual)
            .toList();

    public Measure {
        requireNonNull(kind, "kind is null");
        switch (kind.parameter) {
            case NONE -> {
                if (parameter != 0) {
                    throw new IllegalArgumentException(kind.word + " has no parameter");
                }
            }
            case CUT, FIRST_CUT -> {
                if (!(parameter >= 1 && parameter <= Integer.MAX_VALUE) || parameter != Math.rint(parameter)) {
                    throw new IllegalArgumentException("the cut of %s must be a whole number from 1 on, is %s"
                            .formatted(kind.word, String.valueOf(parameter)));
                }
            }
            case SHARE, MULTIPLE -> {
                if (!(parameter >= 0 && parameter <= 100)) {
                    throw new IllegalArgumentException(
                            "the share of %s must be from 0 to 100, is %s".formatted(kind.word, parameter));
                }
            }
        }
    }

    /**
     * Understands trec_eval's names, such as {@code ndcg_cut_10}, {@code iprec_at_recall_0.50} and {@code map}.
     *
     * @throws IllegalArgumentException for another name; says which kinds there are
     */
    public static Measure parse(String name) {
        for (Kind kind : Kind.values()) {
            if (kind.parameter == Parameter.NONE && name.equals(kind.word)) {
                return new Measure(kind, 0);
            }
            if (kind.parameter != Parameter.NONE && name.startsWith(kind.word + "_")) {
                String number = name.substring(kind.word.length() + 1);
                if (isParameter(kind, number)) {
                    return new Measure(kind, Double.parseDouble(number));
                }
            }
        }
        throw new IllegalArgumentException(
                "unknown measure '%s'; there are map, recip_rank, ndcg, bpref, Rprec and others without a number,"
                                .formatted(name)
                        + " and with a number of documents ndcg_cut_10, recall_10, P_10, map_cut_10, success_10");
    }

    private static boolean isParameter(Kind kind, String number) {
        return switch (kind.parameter) {
            case NONE -> false;
            case CUT, FIRST_CUT -> number.matches("[1-9][0-9]{0,8}");
            case SHARE, MULTIPLE -> number.matches("[0-9]{0,2}(\\.[0-9]{1,6})?") && !number.isEmpty();
        };
    }

    /**
     * Understands what trec_eval's {@code -m} does too: a kind with its usual parameters ({@code P}), with others ({@code
     * ndcg_cut.10,100}), and the nicknames {@code official}, {@code all_trec} and {@code set}.
     *
     * @return at least one, in the order asked for, none twice
     * @throws IllegalArgumentException for another name
     */
    public static List<Measure> parseAll(List<String> names) {
        Set<Measure> measures = new LinkedHashSet<>();
        for (String name : names) {
            measures.addAll(parseOne(name.strip()));
        }
        return List.copyOf(measures);
    }

    private static List<Measure> parseOne(String name) {
        return switch (name) {
            case "official" -> OFFICIAL;
            case "all_trec" -> ALL;
            case "set" -> SETS;
            default -> parseKind(name);
        };
    }

    private static List<Measure> parseKind(String name) {
        for (Kind kind : Kind.values()) {
            if (name.equals(kind.word)) {
                return kind.usual().toList();
            }
            if (kind.parameter != Parameter.NONE && name.startsWith(kind.word + ".")) {
                List<Measure> measures = new ArrayList<>();
                for (String number : name.substring(kind.word.length() + 1).split(",", -1)) {
                    measures.add(parse(kind.word + "_" + number));
                }
                return measures;
            }
        }
        return List.of(parse(name));
    }

    /** Returns trec_eval's name. */
    public String name() {
        return switch (kind.parameter) {
            case NONE -> kind.word;
            case CUT, FIRST_CUT -> kind.word + "_" + (int) parameter;
            case SHARE, MULTIPLE -> kind.word + "_" + String.format(Locale.ROOT, "%.2f", parameter);
        };
    }

    /** How the values of queries become one. */
    public Summary summary() {
        return kind.summary;
    }

    /** Measures one query. */
    double of(JudgedRanking ranking) {
        int relevant = ranking.relevant();
        int cut = kind.parameter.isCut() ? (int) parameter : Integer.MAX_VALUE;
        return switch (kind) {
            case RETRIEVED -> ranking.retrieved();
            case RELEVANT -> relevant;
            case RELEVANT_RETRIEVED -> ranking.relevantWithin(cut);
            case NONRELEVANT_RETRIEVED -> judgedNonrelevant(ranking);
            case NDCG -> ratio(discounted(ranking.gains(cut)), discounted(ranking.ideal()));
            case NDCG_CUT ->
                ratio(
                        discounted(ranking.gains(cut)),
                        discounted(Arrays.copyOf(ranking.ideal(), Math.min(cut, relevant))));
            case RECALL, SET_RECALL -> ratio(ranking.relevantWithin(cut), relevant);
            case PRECISION -> (double) ranking.relevantWithin(cut) / cut;
            case R_PRECISION -> ratio(ranking.relevantWithin(relevant), relevant);
            case MULTIPLE_R_PRECISION -> {
                int multiple = count(parameter, relevant);
                yield ratio(ranking.relevantWithin(multiple), multiple);
            }
            case RELATIVE_PRECISION -> ratio(ranking.relevantWithin(cut), Math.min(cut, relevant));
            case AVERAGE_PRECISION, GEOMETRIC_AVERAGE_PRECISION, AVERAGE_PRECISION_CUT ->
                ratio(precisions(ranking.gains(cut)), relevant);
            case INFERRED_AVERAGE_PRECISION -> ratio(inferredPrecisions(ranking), relevant);
            case BINARY_PREFERENCE, GEOMETRIC_BINARY_PREFERENCE -> ratio(preferences(ranking), relevant);
            case RECIPROCAL_RANK, RECIPROCAL_RANK_CUT -> reciprocalRank(ranking.gains(cut));
            case SUCCESS -> ranking.relevantWithin(cut) > 0 ? 1 : 0;
            case INTERPOLATED_PRECISION -> interpolated(ranking, parameter);
            case ELEVEN_POINTS ->
                Parameter.SHARE
                        .usual()
                        .map(share -> interpolated(ranking, share))
                        .average()
                        .orElseThrow();
            case BINARY_GAIN -> ratio(binaryGain(ranking), relevant);
            case SET_PRECISION -> ratio(ranking.relevantWithin(cut), ranking.retrieved());
            case SET_RELATIVE_PRECISION -> ratio(ranking.relevantWithin(cut), Math.min(ranking.retrieved(), relevant));
            case SET_AVERAGE_PRECISION -> {
                double found = ranking.relevantWithin(cut);
                yield ratio(found * found, (double) ranking.retrieved() * relevant);
            }
            case SET_F -> ratio(2.0 * ranking.relevantWithin(cut), (double) ranking.retrieved() + relevant);
        };
    }

    /** Nothing of nothing is 0. */
    private static double ratio(double part, double whole) {
        return whole == 0 ? 0 : part / whole;
    }

    /** So many documents are a share of the relevant ones; trec_eval 9 rounds up all but the least fractions. */
    private static int count(double share, int relevant) {
        return (int) (share * relevant + 0.9);
    }

    private static double discounted(int[] gains) {
        double sum = 0;
        for (int i = 0; i < gains.length; i++) {
            sum += gains[i] * (StrictMath.log(2) / StrictMath.log(i + 2.0));
        }
        return sum;
    }

    private static int judgedNonrelevant(JudgedRanking ranking) {
        int count = 0;
        for (int i = 0; i < ranking.retrieved(); i++) {
            count += ranking.isJudgedNonrelevant(i) ? 1 : 0;
        }
        return count;
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

    /** At each relevant document, the precision expected if the unjudged part of the pool is like the judged one. */
    private static double inferredPrecisions(JudgedRanking ranking) {
        double sum = 0;
        int relevant = 0;
        int nonrelevant = 0;
        int unjudged = 0;
        for (int before = 0; before < ranking.retrieved(); before++) {
            if (ranking.isUnjudgedInPool(before)) {
                unjudged++;
            } else if (ranking.isJudgedNonrelevant(before)) {
                nonrelevant++;
            } else if (ranking.isRelevant(before)) {
                double pooled = relevant + nonrelevant + unjudged;
                double rate = (relevant + EPSILON_OF_INFERRED) / (relevant + nonrelevant + 2 * EPSILON_OF_INFERRED);
                sum += (1 + pooled * rate) / (before + 1);
                relevant++;
            }
        }
        return sum;
    }

    private static double preferences(JudgedRanking ranking) {
        double sum = 0;
        int relevant = ranking.relevant();
        int possible = Math.min(ranking.nonrelevant(), relevant);
        int nonrelevant = 0;
        for (int i = 0; i < ranking.retrieved(); i++) {
            if (ranking.isJudgedNonrelevant(i)) {
                nonrelevant++;
            } else if (ranking.isRelevant(i)) {
                sum += 1 - ratio(Math.min(nonrelevant, relevant), possible);
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

    private static double interpolated(JudgedRanking ranking, double share) {
        int wanted = Math.max(1, count(share, ranking.relevant()));
        double highest = 0;
        int seen = 0;
        for (int i = 0; i < ranking.retrieved(); i++) {
            if (ranking.isRelevant(i)) {
                seen++;
                if (seen >= wanted) {
                    highest = Math.max(highest, (double) seen / (i + 1));
                }
            }
        }
        return highest;
    }

    private static double binaryGain(JudgedRanking ranking) {
        double sum = 0;
        int others = 0;
        for (int i = 0; i < ranking.retrieved(); i++) {
            if (ranking.isRelevant(i)) {
                sum += StrictMath.log(2) / StrictMath.log(2.0 + others);
            } else {
                others++;
            }
        }
        return sum;
    }
}
