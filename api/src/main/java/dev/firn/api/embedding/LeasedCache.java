package dev.firn.api.embedding;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Values that are dear to load and hold memory of their own, kept up to a bound.
 *
 * <p>A value is loaded once however many ask for it at a time, and is closed only when nobody holds a lease on it. When
 * the bound is passed, the least recently leased values that nobody holds leave first; a value larger than the bound is
 * kept while it is leased. A load that fails is forgotten, so that the next lease tries again. Safe for use by many
 * threads.
 */
public final class LeasedCache<K, V> implements AutoCloseable {
    private final long maximumBytes;
    private final Loader<K, V> loader;
    private final Disposer<V> disposer;
    private final Map<K, Entry<V>> entries = new LinkedHashMap<>(16, 0.75f, true);
    private boolean closed;

    /**
     * @param maximumBytes what the values together should hold at most
     * @param loader makes a value and says how much memory it holds
     * @param disposer gives the memory back
     */
    public LeasedCache(long maximumBytes, Loader<K, V> loader, Disposer<V> disposer) {
        if (maximumBytes < 0) {
            throw new IllegalArgumentException("maximumBytes is negative: " + maximumBytes);
        }
        this.maximumBytes = maximumBytes;
        this.loader = requireNonNull(loader, "loader is null");
        this.disposer = requireNonNull(disposer, "disposer is null");
    }

    /** Makes a value from its key. */
    @FunctionalInterface
    public interface Loader<K, V> {
        Sized<V> load(K key);
    }

    /** Ends a value. */
    @FunctionalInterface
    public interface Disposer<V> {
        void dispose(V value);
    }

    /** A value and the memory that it holds. */
    public record Sized<V>(V value, long bytes) {}

    /** A value that stays until the lease is closed. */
    public interface Lease<V> extends AutoCloseable {
        V value();

        @Override
        void close();
    }

    /**
     * Takes a lease, loading the value when it is not here.
     *
     * @throws RuntimeException what the loader threw
     */
    public Lease<V> lease(K key) {
        Entry<V> entry;
        boolean mine = false;
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("The cache is closed");
            }
            entry = entries.get(key);
            if (entry == null) {
                entry = new Entry<>();
                entries.put(key, entry);
                mine = true;
            }
            entry.leases++;
        }
        if (mine) {
            try {
                entry.loaded.complete(loader.load(key));
            } catch (RuntimeException | Error e) {
                synchronized (this) {
                    entries.remove(key, entry);
                }
                entry.loaded.completeExceptionally(e);
                throw e;
            }
        }
        try {
            V value = entry.loaded.join().value();
            Entry<V> held = entry;
            trim();
            return new Lease<>() {
                private boolean open = true;

                @Override
                public V value() {
                    return value;
                }

                @Override
                public void close() {
                    if (open) {
                        open = false;
                        release(held);
                    }
                }
            };
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** How many values are here. */
    synchronized int size() {
        return entries.size();
    }

    private void release(Entry<V> entry) {
        synchronized (this) {
            entry.leases--;
        }
        trim();
    }

    private void trim() {
        List<V> leaving = new ArrayList<>();
        synchronized (this) {
            long held = 0;
            for (Entry<V> entry : entries.values()) {
                held += entry.bytes();
            }
            Iterator<Entry<V>> oldestFirst = entries.values().iterator();
            while ((held > maximumBytes || closed) && oldestFirst.hasNext()) {
                Entry<V> entry = oldestFirst.next();
                if (entry.leases == 0) {
                    held -= entry.bytes();
                    leaving.add(entry.loaded.join().value());
                    oldestFirst.remove();
                }
            }
        }
        leaving.forEach(disposer::dispose);
    }

    /** Ends every value: now, or when its last lease is given back. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        trim();
    }

    private static final class Entry<V> {
        private final CompletableFuture<Sized<V>> loaded = new CompletableFuture<>();
        private int leases;

        long bytes() {
            return loaded.isDone() && !loaded.isCompletedExceptionally()
                    ? loaded.join().bytes()
                    : 0;
        }
    }
}
