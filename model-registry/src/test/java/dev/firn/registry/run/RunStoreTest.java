package dev.firn.registry.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.registry.ConflictException;
import dev.firn.registry.Idempotency;
import dev.firn.registry.Identifiers;
import dev.firn.registry.InvalidCursorException;
import dev.firn.registry.NotFoundException;
import dev.firn.registry.Page;
import dev.firn.registry.PageRequest;
import dev.firn.registry.StageToken;
import dev.firn.registry.TestRegistry;
import dev.firn.registry.checkpoint.Checkpoint;
import dev.firn.registry.checkpoint.CheckpointStore;
import dev.firn.registry.checkpoint.NewCheckpoint;
import dev.firn.registry.event.Event;
import dev.firn.registry.event.EventStore;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(TestRegistry.Extension.class)
class RunStoreTest {
    @Test
    void createsARunItsPendingStagesAndItsFirstEventTogether(TestRegistry registry) {
        RunStore runs = new RunStore(registry.database());

        CreatedRun created = runs.create(TestRegistry.request("together", "prepare", "pretrain"));

        Run run = created.run();
        assertThat(created.created()).isTrue();
        assertThat(run.state()).isEqualTo(RunState.QUEUED);
        assertThat(run.workflowId()).isEqualTo("run-" + run.id());
        assertThat(runs.get(run.id())).isEqualTo(run);
        assertThat(runs.specification(run.id())).isEqualTo(TestRegistry.document("specVersion", "1"));
        assertThat(new StageStore(registry.database()).ofRun(run.id()))
                .extracting(StageExecution::stage, StageExecution::state, StageExecution::position)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("prepare", StageState.PENDING, 0),
                        org.assertj.core.groups.Tuple.tuple("pretrain", StageState.PENDING, 1));
        assertThat(new EventStore(registry.database()).after(run.id(), 0, 10))
                .extracting(Event::type)
                .containsExactly("run");
    }

    @Test
    void leavesNothingBehindWhenAStageCannotBeMade(TestRegistry registry) {
        String name = TestRegistry.name("twice");

        assertThatThrownBy(() ->
                        new RunStore(registry.database()).create(TestRegistry.request(name, "prepare", "prepare")))
                .isInstanceOf(RuntimeException.class);

        assertThat(registry.count("select count(*) from run where name = '" + name + "'"))
                .isZero();
    }

    @Test
    void givesTheFirstRunForTheSameKeyAndBodyAndRefusesAnotherBody(TestRegistry registry) {
        RunStore runs = new RunStore(registry.database());
        String key = TestRegistry.name("key");

        CreatedRun first = runs.create(withKey(key, "body"));
        CreatedRun again = runs.create(withKey(key, "body"));

        assertThat(again.created()).isFalse();
        assertThat(again.run()).isEqualTo(first.run());
        assertThatThrownBy(() -> runs.create(withKey(key, "another body")))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining(key);
    }

    @Test
    void makesOneRunOfRacingRequestsWithOneKey(TestRegistry registry) throws Exception {
        RunStore runs = new RunStore(registry.database());
        String key = TestRegistry.name("race");
        try (ExecutorService executor = Executors.newFixedThreadPool(6)) {
            List<CreatedRun> answers = new ArrayList<>();
            for (Future<CreatedRun> future : executor.invokeAll(
                    java.util.Collections.<Callable<CreatedRun>>nCopies(12, () -> runs.create(withKey(key, "body"))))) {
                answers.add(future.get());
            }
            assertThat(answers).filteredOn(CreatedRun::created).hasSize(1);
            assertThat(answers)
                    .extracting(answer -> answer.run().id())
                    .containsOnly(answers.getFirst().run().id());
        }
    }

    @Test
    void changesItsStateOnlyFromThoseThatTheCallerNames(TestRegistry registry) {
        RunStore runs = new RunStore(registry.database());
        UUID id = registry.run("prepare").id();

        Run running = runs.transition(id, Set.of(RunState.QUEUED), RunState.RUNNING, Optional.empty());
        assertThat(running.startedAt()).isPresent();
        assertThat(runs.transition(id, Set.of(RunState.QUEUED), RunState.RUNNING, Optional.empty()))
                .isEqualTo(running);
        Run failed = runs.transition(
                id,
                EnumSet.of(RunState.QUEUED, RunState.RUNNING),
                RunState.FAILED,
                Optional.of(TestRegistry.document("message", "disk broke")));
        assertThat(failed.finishedAt()).isPresent();
        assertThat(failed.failure()).contains(TestRegistry.document("message", "disk broke"));
        assertThatThrownBy(() -> runs.transition(
                        id, EnumSet.of(RunState.QUEUED, RunState.RUNNING), RunState.CANCELLED, Optional.empty()))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("is FAILED; only a run that is QUEUED or RUNNING can become CANCELLED");

        Run retried = runs.transition(id, Set.of(RunState.FAILED), RunState.QUEUED, Optional.empty());
        assertThat(retried.finishedAt()).isEmpty();
        assertThat(retried.failure()).isEmpty();
        assertThat(retried.startedAt()).isEqualTo(running.startedAt());
        assertThat(new EventStore(registry.database()).after(id, 0, 10))
                .extracting(Event::message)
                .containsExactly("accepted", "running", "failed", "queued");
    }

    @Test
    void pagesNewestFirstWithoutGapsOrRepeatsWhileRunsAreAdded(TestRegistry registry) {
        RunStore runs = new RunStore(registry.database());
        String name = TestRegistry.name("paged");
        List<UUID> expected = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            expected.addFirst(runs.create(TestRegistry.request(name)).run().id());
        }
        RunFilter filter = new RunFilter(Set.of(RunState.QUEUED, RunState.RUNNING), Optional.of(name));

        List<UUID> seen = new ArrayList<>();
        Page<Run> page = runs.list(filter, PageRequest.first(3));
        while (true) {
            page.items().forEach(run -> seen.add(run.id()));
            runs.create(TestRegistry.request(name));
            if (page.nextCursor().isEmpty()) {
                break;
            }
            page = runs.list(filter, PageRequest.after(3, page.nextCursor().orElseThrow()));
        }

        assertThat(seen).isEqualTo(expected);
        assertThat(runs.list(new RunFilter(Set.of(RunState.FAILED), Optional.of(name)), PageRequest.first(3))
                        .items())
                .isEmpty();
    }

    @Test
    void findsRunsByAPartOfTheirNames(TestRegistry registry) {
        RunStore runs = new RunStore(registry.database());
        String name = TestRegistry.name("Part_100%");
        Run run = runs.create(TestRegistry.request("before-" + name + "-after")).run();
        runs.create(TestRegistry.request("other"));

        assertThat(runs.list(
                                new RunFilter(Set.of(), Optional.empty(), Optional.of(name.toLowerCase(Locale.ROOT))),
                                PageRequest.first(3))
                        .items())
                .containsExactly(run);
        assertThat(runs.list(
                                new RunFilter(Set.of(), Optional.empty(), Optional.of(name.replace('_', 'x'))),
                                PageRequest.first(3))
                        .items())
                .isEmpty();
        assertThat(runs.names(List.of(run.id(), Identifiers.next()))).isEqualTo(Map.of(run.id(), run.name()));
    }

    @Test
    void knowsWhichRunsDescendFromARun(TestRegistry registry) {
        RunStore runs = new RunStore(registry.database());
        StageStore stages = new StageStore(registry.database());
        StageToken token = registry.begun("pretrain");
        Checkpoint checkpoint = new CheckpointStore(registry.database())
                .commit(
                        token,
                        new NewCheckpoint(
                                1,
                                registry.artifact("descended from"),
                                1,
                                Optional.empty(),
                                TestRegistry.document("a", "b")));
        NewRun request = TestRegistry.request(TestRegistry.name("fork"));
        Run fork = runs.create(new NewRun(
                        request.name(),
                        request.specification(),
                        0,
                        request.stages(),
                        Optional.empty(),
                        Optional.of(checkpoint.id()),
                        Optional.empty()))
                .run();
        stages.finish(token, List.of());
        Run reuser = registry.run("pretrain");
        stages.reuse(reuser.id(), "pretrain", "key", token.executionId(), "test");

        assertThat(runs.forkedFrom(checkpoint.id(), 5)).containsExactly(fork);
        assertThat(runs.forksOf(token.runId(), 5)).containsExactly(fork);
        assertThat(runs.reusersOf(token.runId(), 5)).extracting(Run::id).containsExactly(reuser.id());
        assertThat(runs.forksOf(fork.id(), 5)).isEmpty();
        assertThat(runs.reusersOf(reuser.id(), 5)).isEmpty();
    }

    @Test
    void findsTheRunsThatHaveNotEnded(TestRegistry registry) {
        RunStore runs = new RunStore(registry.database());
        UUID open = registry.run().id();
        UUID ended = registry.run().id();
        runs.transition(ended, Set.of(RunState.QUEUED), RunState.CANCELLED, Optional.empty());

        assertThat(runs.unfinished(PageRequest.first(1000)).items())
                .extracting(Run::id)
                .contains(open)
                .doesNotContain(ended);
    }

    @Test
    void countsRunsByState(TestRegistry registry) {
        RunStore runs = new RunStore(registry.database());
        long queued = runs.countByState().getOrDefault(RunState.QUEUED, 0L);
        long failed = runs.countByState().getOrDefault(RunState.FAILED, 0L);

        runs.create(TestRegistry.request(TestRegistry.name("counted")));
        Run second =
                runs.create(TestRegistry.request(TestRegistry.name("counted"))).run();
        runs.transition(second.id(), EnumSet.of(RunState.QUEUED), RunState.FAILED, Optional.empty());

        assertThat(runs.countByState())
                .containsEntry(RunState.QUEUED, queued + 1)
                .containsEntry(RunState.FAILED, failed + 1);
    }

    @Test
    void waitsByPriorityThenAge(TestRegistry registry) {
        RunStore runs = new RunStore(registry.database());
        UUID first = registry.run().id();
        UUID second = registry.run().id();
        UUID urgent = registry.run().id();
        runs.setPriority(urgent, Integer.MAX_VALUE);
        runs.setPriority(first, Integer.MAX_VALUE - 1);
        runs.setPriority(second, Integer.MAX_VALUE - 1);

        assertThat(runs.waiting(3)).extracting(Run::id).containsExactly(urgent, first, second);
    }

    @Test
    void saysWhatIsMissingOrWrong(TestRegistry registry) {
        RunStore runs = new RunStore(registry.database());
        UUID nowhere = Identifiers.next();

        assertThat(runs.find(nowhere)).isEmpty();
        assertThatThrownBy(() -> runs.get(nowhere)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> runs.transition(nowhere, Set.of(RunState.QUEUED), RunState.RUNNING, Optional.empty()))
                .isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> runs.list(RunFilter.ALL, PageRequest.after(10, "nonsense")))
                .isInstanceOf(InvalidCursorException.class);
        assertThatThrownBy(() -> PageRequest.first(0)).isInstanceOf(IllegalArgumentException.class);
        NewRun fork = TestRegistry.request("fork");
        assertThatThrownBy(() -> runs.create(new NewRun(
                        fork.name(),
                        fork.specification(),
                        0,
                        List.of(),
                        Optional.empty(),
                        Optional.of(nowhere),
                        Optional.empty())))
                .isInstanceOf(NotFoundException.class);
    }

    private static NewRun withKey(String key, String body) {
        NewRun request = TestRegistry.request("keyed", "prepare");
        return new NewRun(
                request.name(),
                request.specification(),
                0,
                request.stages(),
                Optional.of(Idempotency.of(key, body)),
                Optional.empty(),
                Optional.empty());
    }
}
