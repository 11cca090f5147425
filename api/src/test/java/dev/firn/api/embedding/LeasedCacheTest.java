package dev.firn.api.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.api.embedding.LeasedCache.Lease;
import dev.firn.api.embedding.LeasedCache.Sized;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class LeasedCacheTest {
    private final List<String> loaded = new ArrayList<>();
    private final List<String> ended = new ArrayList<>();
    private final LeasedCache<String, String> cache = new LeasedCache<>(20, this::load, ended::add);

    private synchronized Sized<String> load(String key) {
        loaded.add(key);
        return new Sized<>(key, 10);
    }

    @Test
    void loadsAValueOnceAndKeepsItWithinTheBound() {
        use("a");
        use("a");
        use("b");

        assertThat(loaded).containsExactly("a", "b");
        assertThat(ended).isEmpty();
        assertThat(cache.size()).isEqualTo(2);
    }

    @Test
    void endsTheLeastRecentlyLeasedValueWhenTheBoundIsPassed() {
        use("a");
        use("b");
        use("a");
        use("c");

        assertThat(ended).containsExactly("b");
        assertThat(cache.size()).isEqualTo(2);
    }

    @Test
    void endsNoValueThatSomebodyHolds() {
        try (Lease<String> a = cache.lease("a");
                Lease<String> b = cache.lease("b")) {
            use("c");
            assertThat(ended).containsExactly("c");
            assertThat(a.value() + b.value()).isEqualTo("ab");
        }
        use("d");
        assertThat(ended).containsExactly("c", "a");
    }

    @Test
    void closingALeaseTwiceGivesItBackOnce() {
        Lease<String> first = cache.lease("a");
        Lease<String> second = cache.lease("a");
        first.close();
        first.close();
        cache.close();

        assertThat(ended).isEmpty();
        second.close();
        assertThat(ended).containsExactly("a");
        assertThatThrownBy(() -> cache.lease("b")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aLoadThatFailedIsTriedAgain() {
        List<String> tries = new ArrayList<>();
        try (LeasedCache<String, String> failing = new LeasedCache<>(
                20,
                key -> {
                    tries.add(key);
                    if (tries.size() == 1) {
                        throw new IllegalArgumentException("broken");
                    }
                    return new Sized<>(key, 10);
                },
                ended::add)) {
            assertThatThrownBy(() -> failing.lease("a")).hasMessage("broken");
            assertThat(failing.size()).isZero();
            try (Lease<String> lease = failing.lease("a")) {
                assertThat(lease.value()).isEqualTo("a");
            }
        }
    }

    @Test
    void whoeverAsksWhileAValueIsLoadedWaitsForThatLoad() throws Exception {
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        List<String> loads = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(2);
                LeasedCache<String, String> slow = new LeasedCache<>(
                        20,
                        key -> {
                            loads.add(key);
                            loading.countDown();
                            awaitUninterrupted(go);
                            return new Sized<>(key, 10);
                        },
                        ended::add)) {
            Future<Lease<String>> first = threads.submit(() -> slow.lease("a"));
            awaitUninterrupted(loading);
            Future<Lease<String>> second = threads.submit(() -> slow.lease("a"));
            go.countDown();
            assertThat(first.get().value()).isEqualTo("a");
            assertThat(second.get().value()).isEqualTo("a");
            assertThat(loads).containsExactly("a");
            first.get().close();
            second.get().close();
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void use(String key) {
        try (Lease<String> lease = cache.lease(key)) {
            assertThat(lease.value()).isEqualTo(key);
        }
    }
}
