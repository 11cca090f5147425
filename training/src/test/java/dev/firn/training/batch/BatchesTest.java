package dev.firn.training.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class BatchesTest {
    private static PairSource source(String name, int pairs) {
        return new PairSource(name, "en", IntBuffer.wrap(new int[2 * pairs]));
    }

    private static final List<PairSource> SOURCES = List.of(source("a", 100), source("b", 35), source("c", 7));

    private static int[] pairs(PairBatches batches, long step) {
        RowNumbers chosen = new RowNumbers();
        batches.choose(step, chosen);
        return Arrays.copyOf(chosen.array(), chosen.size());
    }

    private static int[] texts(TextBatches batches, long step) {
        RowNumbers chosen = new RowNumbers();
        batches.choose(step, chosen);
        return Arrays.copyOf(chosen.array(), chosen.size());
    }

    @Test
    void anEpochTakesEachSourceBySizeAndNoPairTwice() {
        PairBatches batches = new PairBatches(SOURCES, 10, 1, 1);
        assertThat(batches.perEpoch()).isEqualTo(10 + 3 + 1);
        int[] counts = new int[3];
        Set<String> seen = new HashSet<>();
        for (long step = 14; step < 28; step++) {
            int source = batches.source(step);
            counts[source]++;
            int[] pairs = pairs(batches, step);
            assertThat(pairs).hasSize(source == 2 ? 7 : 10);
            for (int pair : pairs) {
                assertThat(pair).isBetween(0, SOURCES.get(source).size() - 1);
                assertThat(seen.add(source + " " + pair)).isTrue();
            }
        }
        assertThat(counts).containsExactly(10, 3, 1);
    }

    @Test
    void theBatchOfAStepIsAFunctionOfSeedAndStep() {
        PairBatches forwards = new PairBatches(SOURCES, 10, 1, 1);
        PairBatches backwards = new PairBatches(SOURCES, 10, 1, 1);
        List<int[]> expected = new ArrayList<>();
        for (long step = 0; step < 40; step++) {
            expected.add(pairs(forwards, step));
        }
        for (long step = 39; step >= 0; step--) {
            assertThat(pairs(backwards, step)).containsExactly(expected.get((int) step));
        }
        PairBatches other = new PairBatches(SOURCES, 10, 1, 2);
        assertThat(expected.get(0)).isNotEqualTo(pairs(other, 0));
        assertThat(expected.get(0)).isNotEqualTo(expected.get(14));
    }

    @Test
    void refusesNoSourcesAndEmptyOnes() {
        assertThatThrownBy(() -> new PairBatches(List.of(), 10, 1, 1)).hasMessage("there is no source of pairs");
        assertThatThrownBy(() -> new PairBatches(List.of(source("empty", 0)), 10, 1, 1))
                .hasMessage("source empty has no pairs");
    }

    @Test
    void aSmallSamplingExponentDrawsSmallSourcesMoreOftenAndStillPassesOverAllTheirPairs() {
        List<PairSource> sources = List.of(source("large", 1600), source("small", 100));
        PairBatches bySize = new PairBatches(sources, 10, 1, 3);
        PairBatches byRoot = new PairBatches(sources, 10, 0.5, 3);
        PairBatches alike = new PairBatches(sources, 10, 0, 3);
        assertThat(batchesOf(1, bySize)).isEqualTo(10);
        // 170 batches in the proportion √160 to √10
        assertThat(batchesOf(1, byRoot)).isEqualTo(34);
        assertThat(batchesOf(1, alike)).isEqualTo(85);
        int[] seen = new int[100];
        for (long step = 0; step < 10 * byRoot.perEpoch(); step++) {
            if (byRoot.source(step) == 1) {
                for (int pair : pairs(byRoot, step)) {
                    seen[pair]++;
                }
            }
        }
        assertThat(seen).containsOnly(34);
        assertThatThrownBy(() -> new PairBatches(sources, 10, 1.5, 3))
                .hasMessage("samplingExponent must be from 0 to 1, is 1.5");
    }

    private static int batchesOf(int source, PairBatches batches) {
        int count = 0;
        for (long step = 0; step < batches.perEpoch(); step++) {
            if (batches.source(step) == source) {
                count++;
            }
        }
        return count;
    }

    private static TokenTable texts(int count) {
        int[][] rows = new int[count][];
        for (int i = 0; i < count; i++) {
            rows[i] = new int[2 + i % 9];
            Arrays.fill(rows[i], i);
        }
        return TokenTable.of(rows);
    }

    @Test
    void anEpochOfTextsHoldsEachTextOnceWhateverTheBatching() {
        TokenTable table = texts(103);
        for (TextBatching batching : List.of(new TextBatching.TextsPerBatch(10), new TextBatching.TokensPerBatch(50))) {
            TextBatches batches = new TextBatches(table, batching, 8, 1);
            Set<Integer> seen = new HashSet<>();
            long steps = batches.firstEpoch();
            for (long step = 0; step < steps; step++) {
                int tokens = 0;
                int[] rows = texts(batches, step);
                for (int row : rows) {
                    assertThat(seen.add(row)).isTrue();
                    tokens += Math.min(table.length(row), 8);
                }
                if (batching instanceof TextBatching.TokensPerBatch) {
                    assertThat(tokens).isBetween(1, 50);
                } else {
                    assertThat(rows.length).isEqualTo(step == steps - 1 ? 3 : 10);
                }
            }
            assertThat(seen).hasSize(103);
        }
    }

    @Test
    void textsOfAStepDoNotDependOnWhichStepsWereAskedBefore() {
        TokenTable table = texts(50);
        TextBatches straight = new TextBatches(table, new TextBatching.TokensPerBatch(40), 8, 1);
        List<int[]> expected = new ArrayList<>();
        for (long step = 0; step < 30; step++) {
            expected.add(texts(straight, step));
        }
        TextBatches jumping = new TextBatches(table, new TextBatching.TokensPerBatch(40), 8, 1);
        for (long step : new long[] {29, 3, 17, 0, 29}) {
            assertThat(texts(jumping, step)).containsExactly(expected.get((int) step));
        }
        assertThat(jumping.firstEpoch()).isEqualTo(straight.firstEpoch());
    }

    @Test
    void aTextLongerThanTheBudgetIsABatchAlone() {
        TextBatches batches = new TextBatches(texts(9), new TextBatching.TokensPerBatch(1), 100, 1);
        assertThat(batches.firstEpoch()).isEqualTo(9);
        assertThat(texts(batches, 4)).hasSize(1);
    }

    @Test
    void aCutSequenceKeepsItsClosingToken() {
        PackedBatch batch = new PackedBatch();
        batch.add(TokenTable.of(new int[][] {{0, 5, 6, 7, 2}}), 0, 3);
        assertThat(Arrays.copyOf(batch.tokens(), batch.size())).containsExactly(0, 5, 2);
    }

    @Test
    void partsOfABatchHoldAboutTheSameNumberOfTokens() {
        PackedBatch batch = new PackedBatch();
        for (int length : new int[] {10, 1, 1, 8, 20, 3, 2}) {
            batch.add(new int[length], 0, length);
        }
        assertThat(batch.firstOfPart(0, 2)).isZero();
        assertThat(batch.firstOfPart(1, 2)).isEqualTo(4);
        assertThat(batch.firstOfPart(2, 2)).isEqualTo(7);
        PackedBatch one = new PackedBatch();
        one.add(new int[5], 0, 5);
        for (int part = 0; part <= 3; part++) {
            assertThat(one.firstOfPart(part, 3)).isEqualTo(part < 2 ? 0 : 1);
        }
    }
}
