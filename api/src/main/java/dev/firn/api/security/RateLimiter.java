package dev.firn.api.security;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * How many requests a caller may send: a token bucket each. A caller who was quiet may send {@link #BURST_SECONDS} seconds' worth
 * at once. Safe for use by several threads; of more than {@link #MOST_CALLERS} callers those that were quiet longest are forgotten.
 */
final class RateLimiter {
    static final int BURST_SECONDS = 10;
    static final int MOST_CALLERS = 10_000;
    private static final double NANOS = 1e9;

    private final double perSecond;
    private final LongSupplier nanoTime;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MOST_CALLERS;
        }
    };

    private static final class Bucket {
        private double requests;
        private long filledAt;
    }

    /**
     * @param perSecond how many requests a caller may send each second in the long run
     * @param nanoTime a clock that never steps back
     */
    RateLimiter(int perSecond, LongSupplier nanoTime) {
        if (perSecond < 1) {
            throw new IllegalArgumentException("perSecond must be at least 1, is " + perSecond);
        }
        this.perSecond = perSecond;
        this.nanoTime = requireNonNull(nanoTime, "nanoTime is null");
    }

    /**
     * Takes one request of a caller.
     *
     * @return nothing when it may go on, else after how many seconds the next one may
     */
    synchronized OptionalLong take(String caller) {
        long now = nanoTime.getAsLong();
        double most = perSecond * BURST_SECONDS;
        Bucket bucket = buckets.get(caller);
        if (bucket == null) {
            bucket = new Bucket();
            bucket.requests = most;
            buckets.put(caller, bucket);
        } else {
            bucket.requests = Math.min(most, bucket.requests + (now - bucket.filledAt) / NANOS * perSecond);
        }
        bucket.filledAt = now;
        if (bucket.requests >= 1) {
            bucket.requests--;
            return OptionalLong.empty();
        }
        return OptionalLong.of((long) Math.ceil((1 - bucket.requests) / perSecond));
    }
}
