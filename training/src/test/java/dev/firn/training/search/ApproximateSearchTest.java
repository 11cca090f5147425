package dev.firn.training.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.training.ProgressListener;
import dev.firn.training.kernels.ComputeContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ApproximateSearchTest {
    private static final int DIMENSION = 16;

    @TempDir
    private Path folder;

    private final ComputeContext context = new ComputeContext(2);
    private int indexes;

    @AfterEach
    void close() {
        context.close();
    }

    private record Hit(int document, float score) {}

    @Test
    void tellsTheShareOfExactHitsThatItFound() throws IOException {
        Random random = new Random(1);
        float[] queries = Vectors.random(random, 60, DIMENSION);
        float[] documents = Vectors.random(random, 4000, DIMENSION);
        List<List<Hit>> exact = exact(queries, documents, 50);
        List<List<Hit>> found = new ArrayList<>();
        double recall = approximate(queries, documents, DIMENSION, 50, found);
        double shares = 0;
        for (int query = 0; query < 60; query++) {
            Set<Integer> wanted = new HashSet<>();
            exact.get(query).forEach(hit -> wanted.add(hit.document()));
            shares += found.get(query).stream()
                            .filter(hit -> wanted.contains(hit.document()))
                            .count()
                    / 50.0;
        }
        assertThat(recall).isEqualTo(shares / 60).isBetween(0.8, 1.0);
    }

    @Test
    void scoresAndOrdersWhatItFindsAsExactSearchDoes() throws IOException {
        Random random = new Random(2);
        float[] queries = Vectors.random(random, 20, DIMENSION);
        float[] documents = Vectors.random(random, 1500, DIMENSION);
        System.arraycopy(documents, 0, documents, 700 * DIMENSION, 100 * DIMENSION);
        List<List<Hit>> found = new ArrayList<>();
        approximate(queries, documents, DIMENSION, 100, found);
        for (int query = 0; query < 20; query++) {
            List<Hit> hits = found.get(query);
            assertThat(hits).hasSize(100);
            for (Hit hit : hits) {
                assertThat(hit.score()).isEqualTo(Vectors.score(queries, query, documents, hit.document(), DIMENSION));
            }
            assertThat(hits)
                    .isSortedAccordingTo((left, right) -> left.score() == right.score()
                            ? Integer.compare(left.document(), right.document())
                            : Float.compare(right.score(), left.score()));
        }
    }

    @Test
    void givesTheSameAgain() throws IOException {
        Random random = new Random(3);
        float[] queries = Vectors.random(random, 10, DIMENSION);
        float[] documents = Vectors.random(random, 3000, DIMENSION);
        List<List<Hit>> first = new ArrayList<>();
        List<List<Hit>> second = new ArrayList<>();
        assertThat(approximate(queries, documents, DIMENSION, 20, first))
                .isEqualTo(approximate(queries, documents, DIMENSION, 20, second));
        assertThat(first).isEqualTo(second);
    }

    @Test
    void takesFewDocumentsAndLongVectors() throws IOException {
        Random random = new Random(4);
        List<List<Hit>> found = new ArrayList<>();
        double recall = approximate(Vectors.random(random, 2, 2000), Vectors.random(random, 5, 2000), 2000, 100, found);
        assertThat(recall).isEqualTo(1);
        assertThat(found).allSatisfy(hits -> assertThat(hits).hasSize(5));
        assertThatThrownBy(() -> approximate(new float[8193], new float[8193], 8193, 1, found))
                .hasMessage("an index holds vectors of at most 8192 components, these have 8193");
    }

    private double approximate(float[] queries, float[] documents, int dimension, int depth, List<List<Hit>> found)
            throws IOException {
        return new ApproximateSearch(context)
                .search(
                        VectorTable.of(queries, dimension),
                        rows(queries, dimension),
                        VectorTable.of(documents, dimension),
                        rows(documents, dimension),
                        depth,
                        Files.createDirectory(folder.resolve("index" + indexes++)),
                        collect(found),
                        ProgressListener.NONE);
    }

    private List<List<Hit>> exact(float[] queries, float[] documents, int depth) {
        List<List<Hit>> found = new ArrayList<>();
        new ExactSearch(context)
                .search(
                        VectorTable.of(queries, DIMENSION),
                        rows(queries, DIMENSION),
                        VectorTable.of(documents, DIMENSION),
                        rows(documents, DIMENSION),
                        depth,
                        collect(found),
                        ProgressListener.NONE);
        return found;
    }

    private static HitConsumer collect(List<List<Hit>> found) {
        return (query, count, documents, scores) -> found.add(IntStream.range(0, count)
                .mapToObj(i -> new Hit(documents[i], scores[i]))
                .toList());
    }

    private static int[] rows(float[] vectors, int dimension) {
        return IntStream.range(0, vectors.length / dimension).toArray();
    }
}
