package dev.firn.training.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.training.ProgressListener;
import dev.firn.training.kernels.ComputeContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ExactSearchTest {
    private final ComputeContext context = new ComputeContext(2);

    @AfterEach
    void close() {
        context.close();
    }

    @Test
    void findsWhatComparingAllPairsFindsOnRandomVectors() {
        Random random = new Random(1);
        float[] queries = Vectors.random(random, 33, 48);
        float[] documents = Vectors.random(random, 5000, 48);
        assertSameAsPlainSearch(queries, documents, 48, 17);
    }

    @Test
    void findsWhatComparingAllPairsFindsOnManyQueriesAndOneDocumentMoreThanABlock() {
        Random random = new Random(2);
        assertSameAsPlainSearch(Vectors.random(random, 1025, 5), Vectors.random(random, 2049, 5), 5, 3);
    }

    @Test
    void ordersTiesAndNearTiesByPosition() {
        Random random = new Random(3);
        for (int dimension : new int[] {1, 3, 64}) {
            float[] queries = Vectors.adversarial(random, 40, dimension);
            float[] documents = Vectors.adversarial(random, 2300, dimension);
            // At the smaller depths the candidates outgrow their room, and are narrowed down or get more of it
            for (int depth : new int[] {1, 30, 1000}) {
                assertSameAsPlainSearch(queries, documents, dimension, depth);
            }
        }
    }

    @Test
    void keepsTheFirstOfManyDocumentsThatAreAllTheSame() {
        float[] documents = new float[3000 * 4];
        Arrays.fill(documents, 0.5f);
        assertSameAsPlainSearch(Vectors.random(new Random(5), 3, 4), documents, 4, 7);
    }

    @Test
    void givesAllDocumentsWhenTheDepthIsLarger() {
        Random random = new Random(4);
        assertSameAsPlainSearch(Vectors.random(random, 3, 8), Vectors.random(random, 5, 8), 8, 100);
    }

    @Test
    void givesTheSameWithAnyNumberOfThreads() {
        Random random = new Random(5);
        VectorTable queries = VectorTable.of(Vectors.adversarial(random, 100, 24), 24);
        VectorTable documents = VectorTable.of(Vectors.adversarial(random, 3000, 24), 24);
        List<Hits> two = search(context, queries, documents, 50);
        try (ComputeContext one = new ComputeContext(1);
                ComputeContext three = new ComputeContext(3)) {
            assertThat(search(one, queries, documents, 50)).isEqualTo(two);
            assertThat(search(three, queries, documents, 50)).isEqualTo(two);
        }
    }

    @Test
    void searchesASelectionOfRowsUnderTheirNumbers() {
        float[] values = {1, 0, 0, 1, 0.6f, 0.8f};
        VectorTable table = VectorTable.of(values, 2).numbered(new int[] {10, 20, 30});
        List<Hits> hits = new ArrayList<>();
        new ExactSearch(context)
                .search(table, new int[] {20}, table, new int[] {30, 10}, 2, collectTo(hits), ProgressListener.NONE);
        assertThat(hits).containsExactly(new Hits(0, List.of(0, 1), List.of(0.8f, 0f)));
    }

    @Test
    void findsNothingInNoDocumentsAndNothingForNoQueries() {
        VectorTable none = VectorTable.of(new float[0], 4);
        VectorTable one = VectorTable.of(new float[] {1, 0, 0, 0}, 4);
        assertThat(search(context, one, none, 10)).containsExactly(new Hits(0, List.of(), List.of()));
        assertThat(search(context, none, one, 10)).isEmpty();
    }

    @Test
    void refusesVectorsThatAreNotNumbersAndTablesOfAnotherWidth() {
        VectorTable good = VectorTable.of(new float[] {1, 0}, 2);
        VectorTable bad = VectorTable.of(new float[] {0, 1, Float.NaN, 0}, 2);
        assertThatThrownBy(() -> search(context, good, bad, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("row 1");
        VectorTable wide = VectorTable.of(new float[] {1, 0, 0}, 3);
        assertThatThrownBy(() -> search(context, good, wide, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("queries have 2 components, documents have 3");
    }

    @Test
    void stopsWhenTheListenerThrows() {
        Random random = new Random(6);
        VectorTable table = VectorTable.of(Vectors.random(random, 3000, 4), 4);
        assertThatThrownBy(() -> new ExactSearch(context)
                        .search(
                                table,
                                table.rowNumbers(),
                                table,
                                table.rowNumbers(),
                                5,
                                (query, count, found, scores) -> {},
                                (done, total) -> {
                                    if (done > total / 2) {
                                        throw new CancellationException("enough");
                                    }
                                }))
                .isInstanceOf(CancellationException.class);
    }

    private void assertSameAsPlainSearch(float[] queries, float[] documents, int dimension, int depth) {
        List<Hits> expected = new ArrayList<>();
        int documentCount = documents.length / dimension;
        for (int query = 0; query < queries.length / dimension; query++) {
            float[] scores = new float[documentCount];
            for (int document = 0; document < documentCount; document++) {
                scores[document] = Vectors.score(queries, query, documents, document, dimension);
            }
            List<Integer> best = IntStream.range(0, documentCount)
                    .boxed()
                    .sorted(Comparator.<Integer>comparingDouble(document -> scores[document])
                            .reversed()
                            .thenComparing(Comparator.naturalOrder()))
                    .limit(depth)
                    .toList();
            expected.add(new Hits(
                    query, best, best.stream().map(document -> scores[document]).toList()));
        }
        assertThat(search(context, VectorTable.of(queries, dimension), VectorTable.of(documents, dimension), depth))
                .isEqualTo(expected);
    }

    private static List<Hits> search(ComputeContext context, VectorTable queries, VectorTable documents, int depth) {
        List<Hits> hits = new ArrayList<>();
        new ExactSearch(context)
                .search(
                        queries,
                        queries.rowNumbers(),
                        documents,
                        documents.rowNumbers(),
                        depth,
                        collectTo(hits),
                        ProgressListener.NONE);
        return hits;
    }

    private static HitConsumer collectTo(List<Hits> hits) {
        return (query, count, documents, scores) -> hits.add(new Hits(
                query,
                Arrays.stream(documents, 0, count).boxed().toList(),
                IntStream.range(0, count).mapToObj(i -> scores[i] + 0f).toList()));
    }

    private record Hits(int query, List<Integer> documents, List<Float> scores) {}
}
