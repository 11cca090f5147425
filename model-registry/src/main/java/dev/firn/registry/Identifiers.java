package dev.firn.registry;

import java.security.SecureRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Identifiers that grow with time: UUID version 7 (RFC 9562, section 5.7).
 *
 * <p>The 12 bits after the milliseconds are a counter (section 6.2, method 1), so ids made by one process are strictly
 * increasing even within a millisecond or when the clock steps back. Ids of different processes are ordered as well as
 * their clocks agree.
 */
public final class Identifiers {
    private static final int COUNTER_BITS = 12;
    private static final AtomicLong LAST = new AtomicLong();
    private static final SecureRandom RANDOM = new SecureRandom();

    private Identifiers() {}

    /** The next identifier. */
    public static UUID next() {
        long now = System.currentTimeMillis() << COUNTER_BITS;
        long moment = LAST.updateAndGet(last -> Math.max(last + 1, now));
        long milliseconds = moment >>> COUNTER_BITS;
        long counter = moment & ((1L << COUNTER_BITS) - 1);
        long most = (milliseconds << 16) | 0x7000L | counter;
        long least = (RANDOM.nextLong() >>> 2) | 0x8000_0000_0000_0000L;
        return new UUID(most, least);
    }
}
