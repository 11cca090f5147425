package dev.firn.training.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds the pieces of a unigram language model (Kudo 2018, arXiv 1804.10959, section 3.2) as SentencePiece's
 * {@code unigram_model_trainer.cc} does: frequent substrings as seeds, then in turn expectation maximisation of the
 * pieces' probabilities and removal of those whose absence costs the least likelihood, until as many are left as asked.
 *
 * <p>Single characters always stay. Sums run in the order of the segments, on one thread, with {@link StrictMath}, so
 * the same segments give the same bits everywhere.
 */
final class UnigramTrainer {
    /** Code points of the longest piece. */
    static final int LONGEST_PIECE = 16;

    private static final int STEPS_BEFORE_PRUNING = 2;
    private static final double KEPT_BY_A_PRUNING = 0.75;
    private static final double FEWEST_EXPECTED = 0.5;
    private static final int MOST_SEEDS = 1_000_000;

    /** A piece and the logarithm of its probability. */
    record Piece(String text, double score) {}

    private final Segments segments;
    private final int size;

    /** Trains on segments, for at most {@code size} pieces, single characters included. */
    UnigramTrainer(Segments segments, int size) {
        this.segments = segments;
        this.size = size;
    }

    /** The pieces, the most probable first. */
    List<Piece> train() {
        Model model = seeds();
        int wanted = Math.max(model.characters, (int) (size * 1.1));
        while (true) {
            for (int step = 0; step < STEPS_BEFORE_PRUNING; step++) {
                model = maximise(model, expect(model));
            }
            if (model.size() <= wanted) {
                break;
            }
            model = prune(model, wanted);
        }
        return best(model);
    }

    /** Pieces as code points with their probabilities; the first {@code characters} are single characters. */
    private static final class Model {
        final List<int[]> pieces;
        final double[] probabilities;
        final int characters;
        final LongIntMap children;
        final int[] pieceOf;

        Model(List<int[]> pieces, double[] probabilities, int characters) {
            this.pieces = pieces;
            this.probabilities = probabilities;
            this.characters = characters;
            int nodes = 1;
            for (int[] piece : pieces) {
                nodes += piece.length;
            }
            LongIntMap tree = new LongIntMap(nodes);
            int[] ends = new int[nodes];
            Arrays.fill(ends, LongIntMap.ABSENT);
            int next = 1;
            for (int index = 0; index < pieces.size(); index++) {
                int node = 0;
                for (int point : pieces.get(index)) {
                    long key = childKey(node, point);
                    int child = tree.get(key);
                    if (child == LongIntMap.ABSENT) {
                        child = next++;
                        tree.put(key, child);
                    }
                    node = child;
                }
                ends[node] = index;
            }
            this.children = tree;
            this.pieceOf = ends;
        }

        int size() {
            return pieces.size();
        }
    }

    private static long childKey(int node, int point) {
        return (long) node << 21 | point;
    }

    /**
     * Substrings that occur at least twice and are not always followed by the same character, the best of frequency
     * times length. Counted level by level: only what occurs twice is worth extending.
     */
    private Model seeds() {
        int[] points = segments.points();
        LongIntMap children = new LongIntMap(points.length);
        LongList counts = new LongList();
        IntList parents = new IntList();
        IntList lasts = new IntList();
        counts.add(0);
        parents.add(0);
        lasts.add(0);
        int[] reached = new int[points.length];
        List<int[]> levels = new ArrayList<>();
        for (int level = 1; level <= LONGEST_PIECE; level++) {
            int first = counts.size();
            for (int segment = 0; segment < segments.size(); segment++) {
                int end = segments.starts()[segment + 1];
                long count = segments.counts()[segment];
                for (int start = segments.starts()[segment]; start < end; start++) {
                    int node = reached[start];
                    if (node < 0) {
                        continue;
                    }
                    if (start + level > end || (level > 1 && counts.get(node) < 2)) {
                        reached[start] = -1;
                        continue;
                    }
                    int point = points[start + level - 1];
                    long key = childKey(node, point);
                    int child = children.get(key);
                    if (child == LongIntMap.ABSENT) {
                        child = counts.size();
                        children.put(key, child);
                        counts.add(0);
                        parents.add(node);
                        lasts.add(point);
                    }
                    counts.add(child, count);
                    reached[start] = child;
                }
            }
            levels.add(new int[] {first, counts.size()});
        }

        boolean[] alwaysExtended = new boolean[counts.size()];
        for (int node = 1; node < counts.size(); node++) {
            int parent = parents.get(node);
            if (parent != 0 && counts.get(parent) == counts.get(node)) {
                alwaysExtended[parent] = true;
            }
        }
        List<Seed> longer = new ArrayList<>();
        for (int level = 2; level <= LONGEST_PIECE; level++) {
            int[] range = levels.get(level - 1);
            for (int node = range[0]; node < range[1]; node++) {
                if (counts.get(node) >= 2 && !alwaysExtended[node]) {
                    longer.add(new Seed(spell(node, level, parents, lasts), counts.get(node) * level));
                }
            }
        }
        longer.sort(Comparator.comparingLong(Seed::worth).reversed().thenComparing(Seed::piece, Arrays::compare));
        if (longer.size() > MOST_SEEDS) {
            longer = longer.subList(0, MOST_SEEDS);
        }

        List<int[]> pieces = new ArrayList<>();
        List<Double> weights = new ArrayList<>();
        segments.characters().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(character -> {
                    pieces.add(new int[] {character.getKey()});
                    weights.add((double) character.getValue());
                });
        int characters = pieces.size();
        for (Seed seed : longer) {
            pieces.add(seed.piece());
            weights.add((double) seed.worth());
        }
        double total = weights.stream().mapToDouble(Double::doubleValue).sum();
        return new Model(
                pieces, weights.stream().mapToDouble(weight -> weight / total).toArray(), characters);
    }

    private static final class Seed {
        private final int[] piece;
        private final long worth;

        Seed(int[] piece, long worth) {
            this.piece = piece;
            this.worth = worth;
        }

        int[] piece() {
            return piece;
        }

        long worth() {
            return worth;
        }
    }

    private static int[] spell(int node, int length, IntList parents, IntList lasts) {
        int[] piece = new int[length];
        for (int i = length - 1, at = node; i >= 0; i--, at = parents.get(at)) {
            piece[i] = lasts.get(at);
        }
        return piece;
    }

    /** How often each piece is expected, over all ways to cut each segment, weighed by their probability. */
    private double[] expect(Model model) {
        double[] expected = new double[model.size()];
        double[] forward = new double[Segments.LONGEST + 1];
        double[] backward = new double[Segments.LONGEST + 1];
        int most = Segments.LONGEST * LONGEST_PIECE;
        int[] from = new int[most];
        int[] to = new int[most];
        int[] matched = new int[most];
        for (int segment = 0; segment < segments.size(); segment++) {
            int start = segments.starts()[segment];
            int length = segments.starts()[segment + 1] - start;
            Arrays.fill(forward, 0, length + 1, 0);
            Arrays.fill(backward, 0, length + 1, 0);
            forward[0] = 1;
            backward[length] = 1;
            int matches = 0;
            for (int i = 0; i < length; i++) {
                int node = 0;
                for (int j = i; j < length && j - i < LONGEST_PIECE; j++) {
                    node = model.children.get(childKey(node, segments.points()[start + j]));
                    if (node == LongIntMap.ABSENT) {
                        break;
                    }
                    int piece = model.pieceOf[node];
                    if (piece != LongIntMap.ABSENT) {
                        forward[j + 1] += forward[i] * model.probabilities[piece];
                        from[matches] = i;
                        to[matches] = j + 1;
                        matched[matches++] = piece;
                    }
                }
            }
            for (int match = matches - 1; match >= 0; match--) {
                backward[from[match]] += backward[to[match]] * model.probabilities[matched[match]];
            }
            double scale = segments.counts()[segment] / forward[length];
            for (int match = 0; match < matches; match++) {
                int piece = matched[match];
                expected[piece] += forward[from[match]] * model.probabilities[piece] * backward[to[match]] * scale;
            }
        }
        return expected;
    }

    /** Probabilities from expected counts, with the digamma function in place of the logarithm (a sparse prior). */
    private static Model maximise(Model model, double[] expected) {
        List<int[]> pieces = new ArrayList<>();
        double[] kept = new double[model.size()];
        double total = 0;
        for (int piece = 0; piece < model.size(); piece++) {
            boolean character = piece < model.characters;
            if (character || expected[piece] >= FEWEST_EXPECTED) {
                double count = Math.max(expected[piece], FEWEST_EXPECTED);
                kept[pieces.size()] = count;
                pieces.add(model.pieces.get(piece));
                total += count;
            }
        }
        double logarithmOfTotal = digamma(total);
        double[] probabilities = new double[pieces.size()];
        for (int piece = 0; piece < probabilities.length; piece++) {
            probabilities[piece] = StrictMath.exp(digamma(kept[piece]) - logarithmOfTotal);
        }
        return new Model(pieces, probabilities, model.characters);
    }

    /** Leaves out the pieces without which the likelihood falls the least. */
    private Model prune(Model model, int wanted) {
        double[] scores = scores(model);
        long[] used = new long[model.size()];
        long total = 0;
        int[] cut = new int[Segments.LONGEST];
        Path path = new Path();
        for (int segment = 0; segment < segments.size(); segment++) {
            int start = segments.starts()[segment];
            int length = segments.starts()[segment + 1] - start;
            int count = path.best(model, scores, segments.points(), start, length, LongIntMap.ABSENT, cut);
            for (int i = 0; i < count; i++) {
                used[cut[i]] += segments.counts()[segment];
                total += segments.counts()[segment];
            }
        }

        List<Loss> losses = new ArrayList<>();
        for (int piece = model.characters; piece < model.size(); piece++) {
            int[] points = model.pieces.get(piece);
            int parts = path.best(model, scores, points, 0, points.length, piece, cut);
            if (used[piece] == 0 || path.score() > scores[piece]) {
                continue;
            }
            double without = 0;
            double totalWithout = StrictMath.log((double) total + used[piece] * (double) (parts - 1));
            for (int i = 0; i < parts; i++) {
                without += StrictMath.log((double) used[cut[i]] + used[piece]) - totalWithout;
            }
            double with = StrictMath.log((double) used[piece]) - StrictMath.log((double) total);
            losses.add(new Loss(piece, (double) used[piece] / total * (with - without)));
        }
        losses.sort(Comparator.comparingDouble(Loss::loss).reversed().thenComparingInt(Loss::piece));
        int limit = Math.max(wanted, (int) (model.size() * KEPT_BY_A_PRUNING));
        Set<Integer> kept = new HashSet<>();
        losses.stream().limit(Math.max(0, limit - model.characters)).forEach(loss -> kept.add(loss.piece()));

        List<int[]> pieces = new ArrayList<>();
        double[] probabilities = new double[model.size()];
        for (int piece = 0; piece < model.size(); piece++) {
            if (piece < model.characters || kept.contains(piece)) {
                probabilities[pieces.size()] = model.probabilities[piece];
                pieces.add(model.pieces.get(piece));
            }
        }
        return new Model(pieces, Arrays.copyOf(probabilities, pieces.size()), model.characters);
    }

    private record Loss(int piece, double loss) {}

    /** All characters, and as many of the most probable others as there is room for. */
    private List<Piece> best(Model model) {
        double[] scores = scores(model);
        List<Piece> all = new ArrayList<>();
        for (int piece = 0; piece < model.size(); piece++) {
            int[] points = model.pieces.get(piece);
            all.add(new Piece(new String(points, 0, points.length), scores[piece]));
        }
        Comparator<Piece> order =
                Comparator.comparingDouble(Piece::score).reversed().thenComparing(Piece::text);
        List<Piece> chosen = new ArrayList<>(all.subList(0, model.characters));
        all.subList(model.characters, all.size()).stream()
                .sorted(order)
                .limit(Math.max(0, size - chosen.size()))
                .forEach(chosen::add);
        chosen.sort(order);
        return chosen;
    }

    private static double[] scores(Model model) {
        double[] scores = new double[model.size()];
        for (int piece = 0; piece < scores.length; piece++) {
            scores[piece] = StrictMath.log(model.probabilities[piece]);
        }
        return scores;
    }

    /** The most probable way to cut a stretch of text (Viterbi). */
    private static final class Path {
        private final double[] best = new double[Segments.LONGEST + 1];
        private final int[] from = new int[Segments.LONGEST + 1];
        private final int[] piece = new int[Segments.LONGEST + 1];
        private double score;

        /** The score of the cut found last. */
        double score() {
            return score;
        }

        /** Puts the pieces of the best cut that does without {@code forbidden}, last first; gives their number. */
        int best(Model model, double[] scores, int[] points, int start, int length, int forbidden, int[] cut) {
            Arrays.fill(best, 0, length + 1, Double.NEGATIVE_INFINITY);
            best[0] = 0;
            for (int i = 0; i < length; i++) {
                int node = 0;
                for (int j = i; j < length && j - i < LONGEST_PIECE; j++) {
                    node = model.children.get(childKey(node, points[start + j]));
                    if (node == LongIntMap.ABSENT) {
                        break;
                    }
                    int candidate = model.pieceOf[node];
                    if (candidate != LongIntMap.ABSENT
                            && candidate != forbidden
                            && best[i] + scores[candidate] > best[j + 1]) {
                        best[j + 1] = best[i] + scores[candidate];
                        from[j + 1] = i;
                        piece[j + 1] = candidate;
                    }
                }
            }
            score = best[length];
            int count = 0;
            for (int at = length; at > 0; at = from[at]) {
                cut[count++] = piece[at];
            }
            return count;
        }
    }

    /** The derivative of the logarithm of the gamma function, by its recurrence and asymptotic series. */
    static double digamma(double value) {
        double result = 0;
        double x = value;
        while (x < 7) {
            result -= 1 / x;
            x++;
        }
        x -= 0.5;
        double xx = 1 / x;
        double xx2 = xx * xx;
        double xx4 = xx2 * xx2;
        return result
                + StrictMath.log(x)
                + 1.0 / 24 * xx2
                - 7.0 / 960 * xx4
                + 31.0 / 8064 * xx4 * xx2
                - 127.0 / 30720 * xx4 * xx4;
    }

    private static final class LongList {
        private long[] values = new long[1024];
        private int size;

        int size() {
            return size;
        }

        long get(int index) {
            return values[index];
        }

        void add(long value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, size * 2);
            }
            values[size++] = value;
        }

        void add(int index, long more) {
            values[index] += more;
        }
    }

    private static final class IntList {
        private int[] values = new int[1024];
        private int size;

        int get(int index) {
            return values[index];
        }

        void add(int value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, size * 2);
            }
            values[size++] = value;
        }
    }
}
