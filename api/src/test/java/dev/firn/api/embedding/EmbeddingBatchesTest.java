package dev.firn.api.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.api.embedding.EmbeddingBatches.Pending;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The line of requests, with a computation that is let go on step by step: the vector of a row is its sum and its length. */
class EmbeddingBatchesTest {
    private static final int MAXIMUM_TOKENS = 10;

    private final List<int[][]> computed = new CopyOnWriteArrayList<>();
    private final BlockingQueue<Integer> begun = new LinkedBlockingQueue<>();
    private final Semaphore allowed = new Semaphore(0);
    private final EmbeddingBatches batches = new EmbeddingBatches("test", MAXIMUM_TOKENS, this::compute);

    private float[] compute(int[][] tokens) {
        begun.add(tokens.length);
        allowed.acquireUninterruptibly();
        computed.add(tokens);
        float[] vectors = new float[2 * tokens.length];
        for (int row = 0; row < tokens.length; row++) {
            if (tokens[row][0] < 0) {
                throw new IllegalArgumentException("no token is negative");
            }
            vectors[2 * row] = IntStream.of(tokens[row]).sum();
            vectors[2 * row + 1] = tokens[row].length;
        }
        return vectors;
    }

    @AfterEach
    void close() {
        allowed.release(1_000_000);
        batches.close();
    }

    private static int[][] rows(int count, int... tokens) {
        int[][] rows = new int[count][];
        for (int row = 0; row < count; row++) {
            rows[row] = tokens.clone();
        }
        return rows;
    }

    /** A request with which the worker is busy until it is let go on. */
    private Pending busy() throws InterruptedException {
        Pending request = batches.submit(rows(1, 1));
        begun.take();
        return request;
    }

    @Test
    void whatComesWhileTheModelIsAtWorkIsComputedTogether() throws InterruptedException {
        Pending first = busy();
        Pending second = batches.submit(new int[][] {{1, 2}, {3}});
        Pending third = batches.submit(new int[][] {{4, 5, 6}});
        allowed.release(2);

        assertThat(first.await()).containsExactly(new float[] {1, 1});
        assertThat(second.await()).containsExactly(new float[] {3, 2}, new float[] {3, 1});
        assertThat(third.await()).containsExactly(new float[] {15, 3});
        assertThat(computed).hasSize(2);
    }

    @Test
    void aBatchHoldsSoManyTokensAndALongerTextIsOneOfItsOwn() throws InterruptedException {
        busy();
        Pending many = batches.submit(rows(7, 1, 1, 1));
        Pending tooLong = batches.submit(rows(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1));
        allowed.release(100);

        assertThat(many.await()).hasSize(7);
        assertThat(tooLong.await()).containsExactly(new float[] {12, 12});
        assertThat(computed)
                .allSatisfy(batch -> assertThat(IntStream.range(0, batch.length)
                                .map(row -> batch[row].length)
                                .sum())
                        .satisfiesAnyOf(
                                tokens -> assertThat(tokens).isLessThanOrEqualTo(MAXIMUM_TOKENS),
                                tokens -> assertThat(batch).hasNumberOfRows(1)));
    }

    @Test
    void aRequestOfManyTextsDoesNotHoldUpASmallOne() throws InterruptedException {
        busy();
        Pending large = batches.submit(rows(100, 1, 1));
        Pending small = batches.submit(rows(1, 7, 7));
        allowed.release(2);

        assertThat(small.await()).containsExactly(new float[] {14, 2});
        assertThat(computed).hasSize(2);
        allowed.release(1_000);
        assertThat(large.await()).hasSize(100);
    }

    @Test
    void aCancelledRequestLeavesTheLine() throws InterruptedException {
        busy();
        Pending gone = batches.submit(rows(100, 9, 9));
        Pending stays = batches.submit(rows(1, 1, 2));
        gone.cancel();
        allowed.release(2);

        assertThatThrownBy(gone::await).isInstanceOf(CancellationException.class);
        assertThat(stays.await()).containsExactly(new float[] {3, 2});
        assertThat(computed.get(1)).hasNumberOfRows(1);
    }

    @Test
    void aRequestThatIsCancelledInTheMiddleIsNotGoneOnWith() throws InterruptedException {
        Pending gone = batches.submit(rows(100, 9, 9));
        begun.take();
        gone.cancel();
        Pending next = batches.submit(rows(1, 1));
        allowed.release(2);

        assertThat(next.await()).containsExactly(new float[] {1, 1});
        assertThat(computed).hasSize(2);
        assertThatThrownBy(gone::await).isInstanceOf(CancellationException.class);
    }

    @Test
    void whenABatchFailsItsRequestsFailAndTheOthersGoOn() throws InterruptedException {
        busy();
        Pending wrong = batches.submit(rows(1, -1));
        allowed.release(2);
        assertThatThrownBy(wrong::await)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("negative");

        allowed.release(1);
        assertThat(batches.submit(rows(1, 5)).await()).containsExactly(new float[] {5, 1});
    }

    @Test
    void closingFailsWhatWaitsAndRefusesWhatComes() throws InterruptedException {
        Pending underWay = busy();
        Pending waiting = batches.submit(rows(1, 1));
        Thread closing = Thread.ofPlatform().start(batches::close);
        // Only then is the worker let go on: what waits is not begun any more
        assertThatThrownBy(waiting::await).isInstanceOf(CancellationException.class);
        allowed.release(1);
        closing.join();

        assertThat(underWay.await()).hasSize(1);
        assertThatThrownBy(() -> batches.submit(rows(1, 1))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void manyThreadsGetEachItsOwn() throws Exception {
        allowed.release(1_000_000);
        List<Future<List<float[]>>> answers = new ArrayList<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(16)) {
            for (int i = 1; i <= 500; i++) {
                int value = i;
                answers.add(clients.submit(() ->
                        batches.submit(new int[][] {{value}, {value, value}}).await()));
            }
            for (int i = 1; i <= 500; i++) {
                assertThat(answers.get(i - 1).get()).containsExactly(new float[] {i, 1}, new float[] {2 * i, 2});
            }
        }
    }
}
