package dev.firn.api.embedding;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Puts the texts of requests that come at the same time together, so that a model embeds them in one packed pass.
 *
 * <p>A request that finds the model idle is begun at once, so nobody waits for company. What comes while the model is at work goes
 * into the next batch, which holds so many tokens at most and takes one text of each waiting request in turn: a request of a
 * thousand texts does not hold up one of a single text. A cancelled request leaves the line; what of it is computed already is
 * dropped. When a batch fails, the requests with texts in it fail, and the others go on. Safe for use by many threads.
 */
final class EmbeddingBatches implements AutoCloseable {
    private final int maximumTokens;
    private final Computation computation;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Deque<Pending> waiting = new ArrayDeque<>();
    private final Thread worker;
    private boolean closed;

    /**
     * Begins to wait for requests.
     *
     * @param name of the thread that computes
     * @param maximumTokens how many tokens a batch may have; a longer text is a batch of its own
     * @param computation embeds a batch; called by one thread
     */
    EmbeddingBatches(String name, int maximumTokens, Computation computation) {
        if (maximumTokens < 1) {
            throw new IllegalArgumentException("maximumTokens must be at least 1, is " + maximumTokens);
        }
        this.maximumTokens = maximumTokens;
        this.computation = requireNonNull(computation, "computation is null");
        this.worker = Thread.ofPlatform().daemon().name(name).start(this::work);
    }

    /** Embeds rows of token ids. */
    @FunctionalInterface
    interface Computation {
        /** Gives {@code [tokens.length, width]}, row by row. */
        float[] embed(int[][] tokens);
    }

    /** A request on its way. */
    final class Pending {
        private final int[][] tokens;
        private final float[][] vectors;
        private final CompletableFuture<List<float[]>> result = new CompletableFuture<>();
        private int next;
        private int done;

        private Pending(int[][] tokens) {
            this.tokens = tokens;
            this.vectors = new float[tokens.length][];
        }

        /**
         * Waits for the vectors, one for each row.
         *
         * @throws CancellationException when it was cancelled, or this is closed
         * @throws RuntimeException what the computation threw
         */
        List<float[]> await() {
            try {
                return result.join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : e;
            }
        }

        /** Takes the request out of the line, if it is not done. */
        void cancel() {
            leave(this, new CancellationException("the request was cancelled"));
        }
    }

    /** A row of a request that is in a batch. */
    private record Row(Pending request, int place) {
        int[] tokens() {
            return request.tokens[place];
        }
    }

    /**
     * Puts rows of token ids into the line.
     *
     * @param tokens at least one row
     * @throws IllegalStateException when this is closed
     */
    Pending submit(int[][] tokens) {
        if (tokens.length == 0) {
            throw new IllegalArgumentException("a request has at least one row");
        }
        Pending request = new Pending(tokens);
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("The model is closed");
            }
            waiting.addLast(request);
            arrived.signal();
        } finally {
            lock.unlock();
        }
        return request;
    }

    private void work() {
        while (true) {
            List<Row> batch = next();
            if (batch.isEmpty()) {
                return;
            }
            try {
                give(batch, computation.embed(batch.stream().map(Row::tokens).toArray(int[][]::new)));
            } catch (RuntimeException | Error e) {
                // Whoever asked is told; the others' turn comes all the same
                batch.stream().map(Row::request).distinct().forEach(request -> leave(request, e));
            }
        }
    }

    /** The rows of the next batch; none when this is closed. */
    private List<Row> next() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closed) {
                arrived.awaitUninterruptibly();
            }
            List<Row> batch = new ArrayList<>();
            long tokens = 0;
            while (!waiting.isEmpty() && !closed) {
                Pending request = waiting.peekFirst();
                int length = request.tokens[request.next].length;
                if (!batch.isEmpty() && tokens + length > maximumTokens) {
                    break;
                }
                waiting.removeFirst();
                batch.add(new Row(request, request.next));
                tokens += length;
                request.next++;
                if (request.next < request.tokens.length) {
                    waiting.addLast(request);
                }
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private static void give(List<Row> batch, float[] values) {
        int width = values.length / batch.size();
        for (int i = 0; i < batch.size(); i++) {
            Pending request = batch.get(i).request();
            request.vectors[batch.get(i).place()] = Arrays.copyOfRange(values, i * width, (i + 1) * width);
            request.done++;
            if (request.done == request.tokens.length) {
                request.result.complete(List.of(request.vectors));
            }
        }
    }

    private void leave(Pending request, Throwable reason) {
        lock.lock();
        try {
            waiting.remove(request);
        } finally {
            lock.unlock();
        }
        request.result.completeExceptionally(reason);
    }

    /** Ends; requests that are not done fail. What is being computed is waited for. */
    @Override
    public void close() {
        List<Pending> left;
        lock.lock();
        try {
            closed = true;
            left = List.copyOf(waiting);
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
        left.forEach(request -> leave(request, new CancellationException("the model was closed")));
        boolean interrupted = false;
        while (worker.isAlive()) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
