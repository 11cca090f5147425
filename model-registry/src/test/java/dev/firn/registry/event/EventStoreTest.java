package dev.firn.registry.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.firn.registry.TestRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestRegistry.Extension.class)
class EventStoreTest {
    @Test
    @Timeout(60)
    void aReaderWhoFollowsMissesNothingThoughManyWrite(TestRegistry registry) throws Exception {
        EventStore events = new EventStore(registry.database());
        UUID runId = registry.run().id();
        int writers = 4;
        int each = 25;
        int accepted = 1;
        try (ExecutorService executor = Executors.newFixedThreadPool(writers)) {
            List<Callable<Boolean>> work = new ArrayList<>();
            for (int writer = 0; writer < writers; writer++) {
                work.add(() -> {
                    for (int i = 0; i < each; i++) {
                        events.append(runId, Optional.empty(), "log", "message", TestRegistry.document("a", "b"));
                    }
                    return true;
                });
            }
            List<Future<Boolean>> writing = work.stream().map(executor::submit).toList();
            List<Long> seen = new ArrayList<>();
            while (seen.size() < accepted + writers * each) {
                long last = seen.isEmpty() ? 0 : seen.getLast();
                events.after(runId, last, 7).forEach(event -> seen.add(event.id()));
            }
            for (Future<Boolean> future : writing) {
                assertThat(future.get()).isTrue();
            }
            assertThat(seen).isSorted().doesNotHaveDuplicates();
            assertThat(events.after(runId, seen.getLast(), 10)).isEmpty();
            assertThat(events.lastId(runId)).hasValue(seen.getLast());
        }
    }

    @Test
    void keepsWhatItIsToldAndShowsOneRunsOnly(TestRegistry registry) {
        EventStore events = new EventStore(registry.database());
        UUID runId = registry.run().id();
        registry.run();
        long last = events.lastId(runId).orElseThrow();

        events.append(runId, Optional.of("mine"), "log", "half way", TestRegistry.document("done", "50"));

        assertThat(events.after(runId, last, 10)).singleElement().satisfies(event -> {
            assertThat(event.stage()).contains("mine");
            assertThat(event.message()).isEqualTo("half way");
            assertThat(event.data()).isEqualTo(TestRegistry.document("done", "50"));
        });
    }
}
