package dev.firn.registry.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.registry.Identifiers;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.event.Event;
import dev.firn.registry.event.EventStore;
import dev.firn.registry.run.NewRun;
import dev.firn.registry.run.Run;
import dev.firn.registry.run.RunState;
import dev.firn.registry.run.RunStore;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestRegistry.Extension.class)
class QueueStoreTest {
    private static final long GIGABYTE = 1_000_000_000;

    private TestRegistry registry;
    private RunStore runs;
    private QueueStore queue;
    private WorkerStore workers;

    @BeforeEach
    void emptyTheLine(TestRegistry registry) {
        this.registry = registry;
        runs = new RunStore(registry.database());
        queue = new QueueStore(registry.database());
        workers = new WorkerStore(registry.database());
        leave();
    }

    @AfterEach
    void leave() {
        registry.database().useTransaction(handle -> {
            handle.execute("update run set state = 'CANCELLED' where state in ('QUEUED', 'RUNNING', 'STOPPING')");
            handle.execute("delete from worker");
        });
    }

    @Test
    void theRunOfHighestPriorityIsLetInFirstAndAmongEqualsTheOldest() {
        worker("cpu", 8);
        Run old = run(0);
        Run young = run(0);
        Run urgent = run(5);

        assertThat(queue.admit(old.id())).isInstanceOf(Admission.Waiting.class);
        assertThat(queue.admit(urgent.id())).isEqualTo(new Admission.Granted("cpu"));
        assertThat(runs.get(urgent.id()).state()).isEqualTo(RunState.RUNNING);
        assertThat(queue.admit(old.id())).isInstanceOf(Admission.Waiting.class);

        end(urgent);
        assertThat(queue.admit(young.id())).isInstanceOf(Admission.Waiting.class);
        assertThat(queue.admit(old.id())).isEqualTo(new Admission.Granted("cpu"));
        assertThat(queue.admit(young.id())).isInstanceOf(Admission.Waiting.class);
    }

    @Test
    void aRunThatWasLetInStaysInWhoeverComesLater() {
        worker("cpu", 8);
        Run first = run(0);
        assertThat(queue.admit(first.id())).isEqualTo(new Admission.Granted("cpu"));
        run(100);

        assertThat(queue.admit(first.id())).isEqualTo(new Admission.Granted("cpu"));
    }

    @Test
    void aSlotIsGivenOnceHoweverManyAskAtTheSameMoment() throws Exception {
        worker("cpu", 8);
        worker("cpu", 8);
        List<Run> waiting = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            waiting.add(run(0));
        }
        List<Future<Admission>> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            waiting.forEach(run -> answers.add(threads.submit(() -> queue.admit(run.id()))));
        }

        int granted = 0;
        for (Future<Admission> answer : answers) {
            granted += answer.get() instanceof Admission.Granted ? 1 : 0;
        }
        assertThat(granted).isLessThanOrEqualTo(2);
        waiting.forEach(run -> queue.admit(run.id()));
        assertThat(waiting.stream().map(run -> runs.get(run.id()).state()))
                .containsExactly(
                        RunState.RUNNING,
                        RunState.RUNNING,
                        RunState.QUEUED,
                        RunState.QUEUED,
                        RunState.QUEUED,
                        RunState.QUEUED,
                        RunState.QUEUED,
                        RunState.QUEUED);
    }

    @Test
    void whatARunWaitsForIsSaidInItsViewAndOnceInItsEvents() {
        worker("cpu", 8);
        Run first = run(0);
        queue.admit(first.id());
        Run second = run(0);

        queue.admit(second.id());
        queue.admit(second.id());
        queue.tellWaiting();

        assertThat(queue.waitingFor(List.of(first.id(), second.id())))
                .containsOnlyKeys(second.id())
                .hasValueSatisfying(new org.assertj.core.api.Condition<>(
                        reason -> reason.startsWith("a free compute slot"), "names the slot"));
        assertThat(told(second)).singleElement().asString().startsWith("waits for a free compute slot");
    }

    @Test
    void aRunThatNoWorkerCanServeSaysSoAndIsLetInWhenOneComes() {
        worker("cpu", 8);
        Run large = run(0);
        queue.setNeed(large.id(), 30 * GIGABYTE);
        Run small = run(0);

        assertThat(queue.admit(large.id())).isInstanceOf(Admission.Unservable.class);
        assertThat(queue.waitingFor(List.of(large.id())).get(large.id())).contains("30.0 GB", "8.0 GB");
        assertThat(queue.admit(small.id())).isEqualTo(new Admission.Granted("cpu"));

        worker("large", 64);
        assertThat(queue.admit(large.id())).isEqualTo(new Admission.Granted("large"));
        assertThat(queue.waitingFor(List.of(large.id()))).isEmpty();
        assertThat(told(large)).hasSize(1);
    }

    @Test
    void aRunWhoseWorkersHaveAllGoneSaysSo() {
        UUID only = worker("cpu", 8);
        Run run = run(0);
        queue.admit(run.id());
        workers.gone(only);

        assertThat(queue.waitingFor(List.of(run.id())).get(run.id())).contains("worker of class cpu");
    }

    @Test
    void aWorkerThatWasNotSeenForLongIsNotCounted() {
        UUID dead = worker("cpu", 8);
        registry.database()
                .useTransaction(handle -> handle.createUpdate(
                                "update worker set seen_at = now() - interval '1 minute' where id = :id")
                        .bind("id", dead)
                        .execute());

        assertThat(workers.present()).isEmpty();
        assertThat(queue.admit(run(0).id())).isInstanceOf(Admission.Unservable.class);

        workers.seen(dead, "test", "cpu", 8 * GIGABYTE);
        assertThat(workers.present()).singleElement().extracting(Worker::id).isEqualTo(dead);
    }

    @Test
    void aRunThatDoesNotExistCannotBeLetIn() {
        assertThatThrownBy(() -> queue.admit(new UUID(1, 1))).isInstanceOf(NotFoundException.class);
    }

    private UUID worker(String computeClass, int gigabytes) {
        UUID id = Identifiers.next();
        workers.seen(id, "test", computeClass, gigabytes * GIGABYTE);
        return id;
    }

    private Run run(int priority) {
        NewRun request = TestRegistry.request(TestRegistry.name("waiting"), "prepare");
        return runs.create(new NewRun(
                        request.name(),
                        request.specification(),
                        priority,
                        request.stages(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()))
                .run();
    }

    private void end(Run run) {
        runs.transition(run.id(), EnumSet.of(RunState.RUNNING), RunState.SUCCEEDED, Optional.empty());
    }

    private List<String> told(Run run) {
        return new EventStore(registry.database())
                .after(run.id(), 0, 100).stream()
                        .map(Event::message)
                        .filter(message -> message.startsWith("waits for"))
                        .toList();
    }
}
