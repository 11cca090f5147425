package dev.firn.api.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
    private static final long SECOND = 1_000_000_000;

    private final AtomicLong clock = new AtomicLong(-5 * SECOND);
    private final RateLimiter limiter = new RateLimiter(2, clock::get);

    private int burst(String caller) {
        int taken = 0;
        while (limiter.take(caller).isEmpty()) {
            taken++;
        }
        return taken;
    }

    @Test
    void aCallerMaySendTenSecondsWorthAtOnceAndThenSoManyASecond() {
        assertThat(burst("ada")).isEqualTo(20);
        assertThat(limiter.take("ada")).hasValue(1);

        clock.addAndGet(SECOND);

        assertThat(burst("ada")).isEqualTo(2);
        clock.addAndGet(1000 * SECOND);
        assertThat(burst("ada")).isEqualTo(20);
    }

    @Test
    void callersDoNotTakeFromEachOther() {
        burst("ada");

        assertThat(burst("bob")).isEqualTo(20);
    }

    @Test
    void whoWasQuietLongestIsForgotten() {
        burst("ada");
        for (int i = 0; i < RateLimiter.MOST_CALLERS; i++) {
            limiter.take("caller " + i);
        }

        assertThat(burst("ada")).isEqualTo(20);
    }
}
