package dev.firn.training.mining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.training.ProgressListener;
import dev.firn.training.batch.GivenNegatives;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.search.VectorTable;
import dev.firn.training.search.Vectors;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class HardNegativeMinerTest {
    private static final VectorTable ONE_QUERY = VectorTable.of(new float[] {1}, 1);

    private final ComputeContext context = new ComputeContext(2);

    @AfterEach
    void close() {
        context.close();
    }

    @Test
    void takesTheBestBelowAPercentageOfThePositiveAsWorkedOutByHand() {
        // Half of 0.5 is 0.25, exactly: a score of 0.25 is not below it
        VectorTable documents = VectorTable.of(new float[] {0.5f, 0.75f, 0.25f, 0.125f, 0.1875f, 0.0625f}, 1);
        MinedNegatives mined =
                mine(new MiningSettings(6, 2, 1, new NegativeThreshold.PercentageOfPositive(0.5)), documents, 0, 0);
        assertThat(numbers(mined.pairs())).containsExactly(0, 0);
        assertThat(numbers(mined.negatives())).containsExactly(4, 3);
        assertThat(mined.queries()).isEqualTo(1);
    }

    @Test
    void takesTheBestBelowAMarginToThePositiveAsWorkedOutByHand() {
        VectorTable documents = VectorTable.of(new float[] {0.5f, 0.4375f, 0.25f, 0.375f, 0.125f}, 1);
        MinedNegatives mined =
                mine(new MiningSettings(5, 2, 1, new NegativeThreshold.MarginToPositive(0.125)), documents, 0, 0);
        // 0.375 is exactly the positive less the margin, so it is not below
        assertThat(numbers(mined.negatives())).containsExactly(2, 4);
    }

    @Test
    void measuresTheThresholdFromTheLowestOfThePositivesInUse() {
        VectorTable documents = VectorTable.of(new float[] {0.9f, 0.8f, 0.3f, 0.75f, 0.7f, 0.2f}, 1);
        MinedNegatives two = mine(
                new MiningSettings(6, 1, 2, new NegativeThreshold.PercentageOfPositive(0.95)),
                documents,
                0,
                2,
                0,
                0,
                0,
                1);
        // Positives 0.9, 0.8 and 0.3; the best two are used, 0.8 · 0.95 = 0.76 bounds, so 0.75 is the hardest
        assertThat(numbers(two.pairs())).containsExactly(0, 0, 0, 1);
        assertThat(numbers(two.negatives())).containsExactly(3, 3);
        assertThat(two.positivesLeftOut()).isEqualTo(1);
        MinedNegatives three = mine(
                new MiningSettings(6, 1, 3, new NegativeThreshold.PercentageOfPositive(0.95)),
                documents,
                0,
                2,
                0,
                0,
                0,
                1);
        assertThat(numbers(three.pairs())).containsExactly(0, 0, 0, 1, 0, 2);
        assertThat(numbers(three.negatives())).containsExactly(5, 5, 5);
        assertThat(three.positivesLeftOut()).isZero();
    }

    @Test
    void dropsAQueryWhosePositiveIsBeyondTheDepthAndCountsIt() {
        VectorTable documents = VectorTable.of(new float[] {0.1f, 0.9f, 0.8f, 0.05f}, 1);
        MinedNegatives mined =
                mine(new MiningSettings(2, 1, 3, new NegativeThreshold.PercentageOfPositive(0.95)), documents, 0, 0);
        assertThat(mined.pairs().capacity()).isZero();
        assertThat(mined.queriesWithoutPositive()).isEqualTo(1);
        assertThat(mined.queriesWithTooFewNegatives()).isZero();
    }

    @Test
    void dropsAQueryWithTooFewNegativesWithinTheDepthAndCountsIt() {
        VectorTable documents = VectorTable.of(new float[] {0.9f, 0.1f, 0.05f}, 1);
        MinedNegatives mined =
                mine(new MiningSettings(2, 2, 1, new NegativeThreshold.PercentageOfPositive(0.95)), documents, 0, 0);
        assertThat(mined.pairs().capacity()).isZero();
        assertThat(mined.queriesWithTooFewNegatives()).isEqualTo(1);
        assertThat(mined.queriesWithoutPositive()).isZero();
    }

    @Test
    void leavesOutDocumentsWithTheTextOfAPositiveAndRepeatedTexts() {
        VectorTable documents = VectorTable.of(new float[] {0.9f, 0.5f, 0.5f, 0.4f, 0.3f, 0.2f}, 1);
        TextIdentity texts = TextIdentity.of(List.of("positive", "twice", "twice", "positive", "other", "positive"));
        MiningSettings settings = new MiningSettings(6, 2, 1, new NegativeThreshold.PercentageOfPositive(0.95));
        MinedNegatives mined = new HardNegativeMiner(settings, context)
                .mine(
                        ONE_QUERY,
                        documents,
                        IntBuffer.wrap(new int[] {0, 0}),
                        IntStream.range(0, 6).toArray(),
                        TextIdentity.OF_ROWS,
                        texts,
                        ProgressListener.NONE);
        assertThat(numbers(mined.negatives())).containsExactly(1, 4);
    }

    @Test
    void treatsRowsWithTheSameQueryTextAsOneQuery() {
        VectorTable queries = VectorTable.of(new float[] {1, 1}, 1);
        VectorTable documents = VectorTable.of(new float[] {0.9f, 0.8f, 0.7f}, 1);
        MiningSettings settings = new MiningSettings(3, 1, 3, new NegativeThreshold.PercentageOfPositive(0.95));
        MinedNegatives mined = new HardNegativeMiner(settings, context)
                .mine(
                        queries,
                        documents,
                        IntBuffer.wrap(new int[] {0, 0, 1, 1}),
                        new int[] {0, 1, 2},
                        TextIdentity.of(List.of("same", "same")),
                        TextIdentity.OF_ROWS,
                        ProgressListener.NONE);
        assertThat(mined.queries()).isEqualTo(1);
        assertThat(numbers(mined.pairs())).containsExactly(0, 0, 0, 1);
        assertThat(numbers(mined.negatives())).containsExactly(2, 2);
    }

    @Test
    void takesNegativesFromTheCandidatesOnly() {
        VectorTable documents = VectorTable.of(new float[] {0.9f, 0.8f, 0.7f, 0.6f}, 1);
        MiningSettings settings = new MiningSettings(4, 1, 1, new NegativeThreshold.PercentageOfPositive(0.95));
        MinedNegatives mined = new HardNegativeMiner(settings, context)
                .mine(ONE_QUERY, documents, IntBuffer.wrap(new int[] {0, 0}), new int[] {0, 3}, ProgressListener.NONE);
        assertThat(numbers(mined.negatives())).containsExactly(3);
    }

    @Test
    void givenNegativesComeFirstAndMinedOnesFillUp() {
        VectorTable documents = VectorTable.of(new float[] {0.9f, 0.5f, 0.4f, 0.3f, 0.85f}, 1);
        MiningSettings settings = new MiningSettings(5, 4, 1, new NegativeThreshold.PercentageOfPositive(0.9));
        // 7 has no vector; 2 would be mined too; 0 is the positive; 4 is too near to the positive to be mined, but is
        // given
        MinedNegatives mined = new HardNegativeMiner(settings, context)
                .mine(
                        ONE_QUERY,
                        documents,
                        IntBuffer.wrap(new int[] {0, 0}),
                        documents.rowNumbers(),
                        Map.of(0, new int[] {7, 0, 2, 7, 4}),
                        ProgressListener.NONE);
        assertThat(numbers(mined.negatives())).containsExactly(7, 2, 4, 1);
        assertThat(mined.given()).isEqualTo(3);
    }

    @Test
    void aQueryThatIsGivenEnoughNegativesNeedsNoneOfItsPositivesFound() {
        VectorTable documents = VectorTable.of(new float[] {0.1f, 0.9f, 0.8f, 0.2f}, 1);
        MiningSettings settings = new MiningSettings(2, 2, 1, new NegativeThreshold.PercentageOfPositive(0.9));
        IntBuffer pairs = IntBuffer.wrap(new int[] {0, 3, 0, 0});
        HardNegativeMiner miner = new HardNegativeMiner(settings, context);
        MinedNegatives enough = miner.mine(
                ONE_QUERY,
                documents,
                pairs,
                documents.rowNumbers(),
                Map.of(0, new int[] {5, 6, 7}),
                ProgressListener.NONE);
        assertThat(numbers(enough.pairs())).containsExactly(0, 3);
        assertThat(numbers(enough.negatives())).containsExactly(5, 6);
        assertThat(enough.positivesLeftOut()).isEqualTo(1);
        MinedNegatives tooFew = miner.mine(
                ONE_QUERY, documents, pairs, documents.rowNumbers(), Map.of(0, new int[] {5}), ProgressListener.NONE);
        assertThat(tooFew.pairs().capacity()).isZero();
        assertThat(tooFew.queriesWithoutPositive()).isEqualTo(1);
    }

    @Test
    void givenNegativesWithScoresStayBelowTheThresholdAndComeHardestFirst() {
        GivenNegatives given = new GivenNegatives(IntBuffer.wrap(new int[] {
            3, 10, bits(Float.NaN), bits(0.8f),
            3, 11, bits(0.25f), bits(0.5f),
            3, 12, bits(0.125f), bits(0.5f),
            3, 13, bits(0.1875f), bits(0.5f),
            3, 14, bits(0.9f), bits(Float.NaN),
            3, 13, bits(0.1f), bits(0.5f),
            4, 15, bits(0.1f), bits(0.5f)
        }));
        Map<Integer, int[]> kept =
                KeptNegatives.of(given, Set.of(3, 5), new NegativeThreshold.PercentageOfPositive(0.5));
        // 11 is exactly at the bound; 10 and 14 cannot be weighed
        assertThat(kept).containsOnlyKeys(3);
        assertThat(kept.get(3)).containsExactly(13, 12, 10, 14);
        assertThat(KeptNegatives.of(given, Set.of(3), new NegativeThreshold.MarginToPositive(0))
                        .get(3))
                .containsExactly(11, 13, 12, 10, 14);
    }

    private static int bits(float value) {
        return Float.floatToIntBits(value);
    }

    @Test
    void neverTakesANegativeThatScoresHigherThanAPositiveBelowZero() {
        assertThat(new NegativeThreshold.PercentageOfPositive(0.95).bound(-0.5f))
                .isEqualTo(-0.5);
        assertThat(new NegativeThreshold.PercentageOfPositive(0.95).bound(0.5f)).isEqualTo(0.475);
        assertThat(new NegativeThreshold.MarginToPositive(0.05).bound(0.5f)).isEqualTo(0.45);
    }

    @Test
    void minesAsAPlainImplementationOnRandomAndOnAdversarialVectors() {
        Random random = new Random(21);
        for (int round = 0; round < 12; round++) {
            int dimension = 1 + random.nextInt(12);
            float[] queries =
                    round % 2 == 0 ? Vectors.random(random, 60, dimension) : Vectors.adversarial(random, 60, dimension);
            float[] documents = round % 2 == 0
                    ? Vectors.random(random, 150, dimension)
                    : Vectors.adversarial(random, 150, dimension);
            int depth = 5 + random.nextInt(150);
            MiningSettings settings = new MiningSettings(
                    depth,
                    1 + random.nextInt(5),
                    1 + random.nextInt(3),
                    round % 3 == 0
                            ? new NegativeThreshold.MarginToPositive(0.05 * random.nextInt(4))
                            : new NegativeThreshold.PercentageOfPositive(0.8 + 0.05 * random.nextInt(5)));
            int[] pairs = new int[400];
            for (int i = 0; i < 200; i++) {
                pairs[2 * i] = random.nextInt(60);
                pairs[2 * i + 1] = random.nextInt(150);
            }
            int[] candidates = HardNegativeMiner.documentsOf(IntBuffer.wrap(pairs));
            MinedNegatives mined = new HardNegativeMiner(settings, context)
                    .mine(
                            VectorTable.of(queries, dimension),
                            VectorTable.of(documents, dimension),
                            IntBuffer.wrap(pairs),
                            candidates,
                            ProgressListener.NONE);
            Plain plain = plain(settings, queries, documents, dimension, pairs, candidates);
            assertThat(numbers(mined.pairs())).containsExactly(numbers(plain.pairs()));
            assertThat(numbers(mined.negatives())).containsExactly(numbers(plain.negatives()));
            assertThat(mined.queriesWithoutPositive()).isEqualTo(plain.withoutPositive());
            assertThat(mined.queriesWithTooFewNegatives()).isEqualTo(plain.tooFew());
        }
    }

    @Test
    void refusesSettingsThatCannotBeMet() {
        NegativeThreshold threshold = new NegativeThreshold.PercentageOfPositive(0.95);
        assertThatThrownBy(() -> new MiningSettings(5, 6, 1, threshold))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("negatives must be between 1 and the depth 5, is 6");
        assertThatThrownBy(() -> new NegativeThreshold.PercentageOfPositive(1.01))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new NegativeThreshold.MarginToPositive(Double.NaN))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private MinedNegatives mine(MiningSettings settings, VectorTable documents, int... pairs) {
        return new HardNegativeMiner(settings, context)
                .mine(ONE_QUERY, documents, IntBuffer.wrap(pairs), documents.rowNumbers(), ProgressListener.NONE);
    }

    private record Plain(List<Integer> pairs, List<Integer> negatives, int withoutPositive, int tooFew) {}

    private static Plain plain(
            MiningSettings settings, float[] queries, float[] documents, int dimension, int[] pairs, int[] candidates) {
        Map<Integer, Set<Integer>> positives = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            positives.computeIfAbsent(pairs[i], any -> new LinkedHashSet<>()).add(pairs[i + 1]);
        }
        List<Integer> minedPairs = new ArrayList<>();
        List<Integer> minedNegatives = new ArrayList<>();
        int withoutPositive = 0;
        int tooFew = 0;
        for (Map.Entry<Integer, Set<Integer>> entry : positives.entrySet()) {
            int query = entry.getKey();
            List<Integer> best = IntStream.of(candidates)
                    .boxed()
                    .sorted(Comparator.<Integer>comparingDouble(
                                    row -> -Vectors.score(queries, query, documents, row, dimension))
                            .thenComparing(Comparator.naturalOrder()))
                    .limit(settings.depth())
                    .toList();
            List<Integer> used = best.stream()
                    .filter(entry.getValue()::contains)
                    .limit(settings.maximumPositives())
                    .toList();
            if (used.isEmpty()) {
                withoutPositive++;
                continue;
            }
            double lowest = used.stream()
                    .mapToDouble(row -> Vectors.score(queries, query, documents, row, dimension))
                    .min()
                    .orElseThrow();
            double bound = switch (settings.threshold()) {
                case NegativeThreshold.PercentageOfPositive percentage ->
                    lowest < 0 ? lowest : percentage.fraction() * lowest;
                case NegativeThreshold.MarginToPositive margin -> lowest - margin.margin();
            };
            List<Integer> negatives = best.stream()
                    .filter(row -> !new HashSet<>(entry.getValue()).contains(row))
                    .filter(row -> Vectors.score(queries, query, documents, row, dimension) < bound)
                    .limit(settings.negatives())
                    .toList();
            if (negatives.size() < settings.negatives()) {
                tooFew++;
                continue;
            }
            for (int row : used) {
                minedPairs.add(query);
                minedPairs.add(row);
                minedNegatives.addAll(negatives);
            }
        }
        return new Plain(minedPairs, minedNegatives, withoutPositive, tooFew);
    }

    private static int[] numbers(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int[] numbers(IntBuffer buffer) {
        int[] numbers = new int[buffer.capacity()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = buffer.get(i);
        }
        return numbers;
    }
}
