package dev.firn.training.kernels;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed number of threads, what they compute with, and where the memory for it is taken.
 *
 * <p>Work is given as a function of the part number, 0 to {@code threads - 1}; part 0 runs on the calling thread. Which part does
 * what depends on sizes and the number of threads only, never on timing. One thread at a time may give work.
 */
public final class ComputeContext implements AutoCloseable {
    /** One of the parts that work is split into. */
    @FunctionalInterface
    public interface Part {
        void run(int part);
    }

    // about 20 microseconds: longer than the gap between two parallel regions, short enough not to take a core from
    // others
    private static final int SPINS = 2000;

    private final int threads;
    private final Kernels kernels;
    private final MatrixProducts products;
    private final Memory memory;
    private final Thread[] workers;
    private final AtomicInteger pending = new AtomicInteger();

    private volatile int generation;
    private volatile boolean closed;
    private volatile Throwable failure;
    private int rounds;
    private Part work;
    private Thread caller;

    /** Threads that compute with {@link VectorKernels} and OpenBLAS. */
    public ComputeContext(int threads) {
        this(threads, new VectorKernels(), new OpenBlasProducts());
    }

    /** Threads that compute with given kernels and products. */
    public ComputeContext(int threads, Kernels kernels, MatrixProducts products) {
        this(threads, kernels, products, Memory.real());
    }

    private ComputeContext(int threads, Kernels kernels, MatrixProducts products, Memory memory) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be above 0, is " + threads);
        }
        this.threads = threads;
        this.kernels = kernels;
        this.products = products;
        this.memory = memory;
        // There is nothing to compute with where memory is only counted
        this.closed = memory.isCounting();
        this.workers = new Thread[closed ? 0 : threads - 1];
        for (int i = 0; i < workers.length; i++) {
            int part = i + 1;
            workers[i] =
                    Thread.ofPlatform().daemon().name("firn-compute-" + part).start(() -> serve(part));
        }
    }

    /**
     * A context in which memory is counted and not taken: what is built in it says how much it would take in this one. It runs
     * nothing.
     */
    public ComputeContext counting() {
        return new ComputeContext(threads, kernels, products, Memory.counting());
    }

    /** {@link #counting()} for a number of threads, with the kernels and products of {@link #ComputeContext(int)}. */
    public static ComputeContext counting(int threads) {
        return new ComputeContext(threads, new VectorKernels(), new OpenBlasProducts(), Memory.counting());
    }

    public int threads() {
        return threads;
    }

    public Kernels kernels() {
        return kernels;
    }

    public MatrixProducts products() {
        return products;
    }

    /** Where what is computed here takes its memory. */
    public Memory memory() {
        return memory;
    }

    /** First index of a part when {@code count} things are split evenly: part {@code p} has {@code split(n,p)} to {@code split(n,p+1)}. */
    public long split(long count, int part) {
        return count * part / threads;
    }

    /** Runs all parts and returns when all are done. A part that throws makes this throw, after the others have ended. */
    public void parallel(Part part) {
        if (closed) {
            throw new IllegalStateException("the compute context is closed");
        }
        if (threads == 1) {
            part.run(0);
            return;
        }
        failure = null;
        work = part;
        caller = Thread.currentThread();
        pending.set(threads - 1);
        rounds++;
        generation = rounds;
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
        Throwable own = null;
        try {
            part.run(0);
        } catch (Throwable e) {
            own = e;
        }
        int spins = 0;
        while (pending.get() > 0) {
            if (spins++ < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.park(this);
            }
        }
        work = null;
        Throwable thrown = own != null ? own : failure;
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
    }

    /**
     * Row-major {@code C[m,n] = alpha·A[m,k]·B[n,k]ᵀ + beta·C} over all threads, split by rows of A.
     *
     * @param rowA first of the {@code m} rows of A
     * @param rowB first of the {@code n} rows of B
     * @param rowC first of the {@code m} rows of C, whose width is at least {@code n}
     */
    public void multiplyTransposed(
            float alpha, Tensor a, long rowA, int m, Tensor b, long rowB, int n, float beta, Tensor c, long rowC) {
        int k = a.columns();
        parallel(part -> {
            int from = (int) split(m, part);
            int to = (int) split(m, part + 1);
            if (to > from) {
                products.multiply(
                        false,
                        true,
                        to - from,
                        n,
                        k,
                        alpha,
                        a,
                        (rowA + from) * k,
                        k,
                        b,
                        rowB * b.columns(),
                        b.columns(),
                        beta,
                        c,
                        (rowC + from) * c.columns(),
                        c.columns());
            }
        });
    }

    /** Ends the threads. */
    @Override
    public void close() {
        closed = true;
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
    }

    private void serve(int part) {
        int seen = 0;
        while (true) {
            int spins = 0;
            while (generation == seen) {
                if (closed) {
                    return;
                }
                if (spins++ < SPINS) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            seen++;
            try {
                work.run(part);
            } catch (Throwable e) {
                failure = e;
            }
            Thread waiting = caller;
            if (pending.decrementAndGet() == 0) {
                LockSupport.unpark(waiting);
            }
        }
    }
}
