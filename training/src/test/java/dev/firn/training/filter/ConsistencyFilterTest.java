package dev.firn.training.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.training.ProgressListener;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.search.VectorTable;
import dev.firn.training.search.Vectors;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ConsistencyFilterTest {
    private final ComputeContext context = new ComputeContext(2);

    @AfterEach
    void close() {
        context.close();
    }

    @Test
    void ranksAsWorkedOutByHand() {
        // Along the first axis the documents score 0.5, 1, 0.5, 0.25; row 9 is not in the shard
        VectorTable documents = VectorTable.of(new float[] {0.5f, 0, 1, 0, 0.5f, 0, 0.25f, 0, 8, 0}, 2)
                .numbered(new int[] {3, 5, 6, 7, 9});
        VectorTable queries = VectorTable.of(new float[] {1, 0, -1, 0}, 2);
        IntBuffer pairs = IntBuffer.wrap(new int[] {0, 3, 0, 5, 0, 6, 0, 7, 1, 7, 1, 5, 0, 6});
        FilteredPairs result =
                new ConsistencyFilter(2, 100, context).filter(queries, documents, pairs, ProgressListener.NONE);
        // The last pair repeats document 6, which stands at its first place: after 3, before 7
        assertThat(numbers(result.ranks())).containsExactly(1, 0, 2, 3, 0, 3, 2);
        assertThat(numbers(result.kept())).containsExactly(0, 1, 4);
    }

    @Test
    void countsAnEqualScoreOnlyWhenItStandsEarlierInTheShard() {
        VectorTable vectors = VectorTable.of(new float[] {1, 1, 1, 1, 1}, 1);
        IntBuffer pairs = IntBuffer.wrap(new int[] {0, 4, 0, 2, 0, 0});
        FilteredPairs result =
                new ConsistencyFilter(1, 100, context).filter(vectors, vectors, pairs, ProgressListener.NONE);
        assertThat(numbers(result.ranks())).containsExactly(0, 1, 2);
        assertThat(numbers(result.kept())).containsExactly(0);
    }

    @Test
    void ranksAsAPlainCountOnRandomAndOnAdversarialVectors() {
        Random random = new Random(11);
        for (int shardSize : new int[] {1, 7, 1500, 4000}) {
            assertSameAsPlainCount(Vectors.random(random, 300, 40), Vectors.random(random, 2500, 40), 40, shardSize);
            assertSameAsPlainCount(
                    Vectors.adversarial(random, 300, 6), Vectors.adversarial(random, 2500, 6), 6, shardSize);
        }
    }

    @Test
    void aRangeOfPairsHasTheRanksThatItHasInTheWholeSource() {
        Random random = new Random(5);
        VectorTable queries = VectorTable.of(Vectors.random(random, 100, 16), 16);
        VectorTable documents = VectorTable.of(Vectors.random(random, 400, 16), 16);
        IntBuffer pairs = IntBuffer.allocate(2 * 1000);
        for (int i = 0; i < 1000; i++) {
            pairs.put(random.nextInt(100)).put(random.nextInt(400));
        }
        pairs.flip();
        ConsistencyFilter filter = new ConsistencyFilter(20, 300, context);
        int[] whole = numbers(
                filter.filter(queries, documents, pairs, ProgressListener.NONE).ranks());

        List<Integer> ranges = new ArrayList<>();
        for (int first = 0; first < 1000; first += 130) {
            for (int rank : filter.ranks(
                    queries, documents, pairs, first, Math.min(1000, first + 130), ProgressListener.NONE)) {
                ranges.add(rank);
            }
        }

        assertThat(ranges)
                .hasSize(1000)
                .containsExactlyElementsOf(Arrays.stream(whole).boxed().toList());
    }

    @Test
    void keepsNothingOfNothing() {
        VectorTable none = VectorTable.of(new float[0], 3);
        FilteredPairs result =
                new ConsistencyFilter(20, 10, context).filter(none, none, IntBuffer.allocate(0), ProgressListener.NONE);
        assertThat(result.ranks().capacity()).isZero();
        assertThat(result.kept().capacity()).isZero();
    }

    @Test
    void reportsGrowingProgressUpToTheNumberOfPairsAndStopsWhenTheListenerThrows() {
        Random random = new Random(12);
        VectorTable vectors = VectorTable.of(Vectors.random(random, 500, 8), 8);
        int[] pairs = new int[1000];
        for (int i = 0; i < 1000; i++) {
            pairs[i] = i / 2;
        }
        List<Long> reported = new ArrayList<>();
        ConsistencyFilter filter = new ConsistencyFilter(20, 60, context);
        filter.filter(vectors, vectors, IntBuffer.wrap(pairs), (done, total) -> {
            assertThat(total).isEqualTo(500);
            reported.add(done);
        });
        assertThat(reported).isSorted().startsWith(0L).endsWith(500L);
        assertThatThrownBy(() -> filter.filter(vectors, vectors, IntBuffer.wrap(pairs), (done, total) -> {
                    if (done > 250) {
                        throw new CancellationException("enough");
                    }
                }))
                .isInstanceOf(CancellationException.class);
    }

    private void assertSameAsPlainCount(float[] queries, float[] documents, int dimension, int shardSize) {
        Random random = new Random(13);
        int count = 3100;
        int[] pairs = new int[2 * count];
        for (int i = 0; i < count; i++) {
            pairs[2 * i] = random.nextInt(queries.length / dimension);
            pairs[2 * i + 1] = random.nextInt(documents.length / dimension);
        }
        FilteredPairs result = new ConsistencyFilter(20, shardSize, context)
                .filter(
                        VectorTable.of(queries, dimension),
                        VectorTable.of(documents, dimension),
                        IntBuffer.wrap(pairs),
                        ProgressListener.NONE);
        int shards = (count + shardSize - 1) / shardSize;
        int[] expected = new int[count];
        for (int shard = 0; shard < shards; shard++) {
            int from = (int) ((long) count * shard / shards);
            int to = (int) ((long) count * (shard + 1) / shards);
            assertThat(to - from).isBetween(1, shardSize);
            Set<Integer> distinct = new LinkedHashSet<>();
            for (int i = from; i < to; i++) {
                distinct.add(pairs[2 * i + 1]);
            }
            for (int i = from; i < to; i++) {
                float own = Vectors.score(queries, pairs[2 * i], documents, pairs[2 * i + 1], dimension);
                boolean earlier = true;
                for (int document : distinct) {
                    earlier &= document != pairs[2 * i + 1];
                    float other = Vectors.score(queries, pairs[2 * i], documents, document, dimension);
                    if (other > own || (other == own && earlier)) {
                        expected[i]++;
                    }
                }
            }
        }
        assertThat(numbers(result.ranks())).containsExactly(expected);
    }

    private static int[] numbers(IntBuffer buffer) {
        int[] numbers = new int[buffer.capacity()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = buffer.get(i);
        }
        return numbers;
    }
}
