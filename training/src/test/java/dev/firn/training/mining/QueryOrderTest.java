package dev.firn.training.mining;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.training.ProgressListener;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.search.VectorTable;
import dev.firn.training.search.Vectors;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class QueryOrderTest {
    @Test
    void queriesAreNumberedByTheirFirstPairAndKeepAllTheirPairs() {
        QueryOrder order = QueryOrder.of(IntBuffer.wrap(new int[] {7, 1, 3, 2, 7, 3, 5, 4, 3, 5}));

        assertThat(order.count()).isEqualTo(3);
        assertThat(numbers(order.pairs(0, 1))).containsExactly(7, 1, 7, 3);
        assertThat(numbers(order.pairs(1, 3))).containsExactly(3, 2, 5, 4, 3, 5);
        assertThat(numbers(order.pairs(3, 3))).isEmpty();
        assertThat(QueryOrder.of(IntBuffer.allocate(0)).count()).isZero();
    }

    @Test
    void miningRangeByRangeGivesWhatMiningAllAtOnceGives() {
        Random random = new Random(9);
        VectorTable queries = VectorTable.of(Vectors.random(random, 200, 16), 16);
        VectorTable documents = VectorTable.of(Vectors.random(random, 500, 16), 16);
        IntBuffer pairs = IntBuffer.allocate(2 * 600);
        for (int i = 0; i < 600; i++) {
            pairs.put(random.nextInt(200)).put(random.nextInt(500));
        }
        pairs.flip();
        int[] candidates = HardNegativeMiner.documentsOf(pairs);
        QueryOrder order = QueryOrder.of(pairs);
        try (ComputeContext context = new ComputeContext(2)) {
            HardNegativeMiner miner = new HardNegativeMiner(
                    new MiningSettings(300, 3, 2, new NegativeThreshold.MarginToPositive(0)), context);
            MinedNegatives whole = miner.mine(queries, documents, pairs, candidates, ProgressListener.NONE);
            assertThat(whole.pairs().capacity()).isPositive();

            List<Integer> rangesPairs = new ArrayList<>();
            List<Integer> rangesNegatives = new ArrayList<>();
            int queriesCounted = 0;
            int withoutPositive = 0;
            for (int first = 0; first < order.count(); first += 37) {
                MinedNegatives part = miner.mine(
                        queries, documents, order.pairs(first, first + 37), candidates, ProgressListener.NONE);
                rangesPairs.addAll(numbers(part.pairs()));
                rangesNegatives.addAll(numbers(part.negatives()));
                queriesCounted += part.queries();
                withoutPositive += part.queriesWithoutPositive();
            }

            assertThat(rangesPairs).isEqualTo(numbers(whole.pairs()));
            assertThat(rangesNegatives).isEqualTo(numbers(whole.negatives()));
            assertThat(queriesCounted).isEqualTo(whole.queries()).isEqualTo(order.count());
            assertThat(withoutPositive).isEqualTo(whole.queriesWithoutPositive());
        }
    }

    private static List<Integer> numbers(IntBuffer buffer) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < buffer.limit(); i++) {
            numbers.add(buffer.get(i));
        }
        return numbers;
    }
}
