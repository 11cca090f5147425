package dev.firn.workflows.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.workflows.RecordedHistories;
import dev.firn.workflows.stage.ShardTask;
import dev.firn.workflows.stage.Stage;
import dev.firn.workflows.stage.StageActivities;
import dev.firn.workflows.stage.StageDivision;
import dev.firn.workflows.stage.StageOutcome;
import dev.firn.workflows.stage.StageTask;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.failure.ApplicationErrorCategory;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowReplayer;
import io.temporal.worker.Worker;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The workflow's logic, on Temporal's test server with its clock that skips waiting. */
class TrainingRunWorkflowTest {
    private static final RunRequest REQUEST = new RunRequest("0199-run", TaskQueues.COMPUTE_CPU);

    private final Recorder recorder = new Recorder();
    private TestWorkflowEnvironment environment;
    private TrainingRunWorkflow workflow;

    @BeforeEach
    void start() {
        environment = TestWorkflowEnvironment.newInstance();
        Worker orchestration = environment.newWorker(TaskQueues.ORCHESTRATION);
        orchestration.registerWorkflowImplementationTypes(
                TrainingRunWorkflowImpl.class, ShardedStageWorkflowImpl.class);
        orchestration.registerActivitiesImplementations(recorder);
        Worker compute = environment.newWorker(TaskQueues.COMPUTE_CPU, TaskQueues.computeWorkerOptions());
        compute.registerActivitiesImplementations(recorder.stages);
        Worker large = environment.newWorker(TaskQueues.compute("large"), TaskQueues.computeWorkerOptions());
        large.registerActivitiesImplementations(recorder.stages);
        environment.start();
        workflow = environment
                .getWorkflowClient()
                .newWorkflowStub(
                        TrainingRunWorkflow.class,
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(TaskQueues.ORCHESTRATION)
                                .setWorkflowId(TaskQueues.workflowId(REQUEST.runId()))
                                .build());
    }

    @AfterEach
    void stop() {
        environment.close();
    }

    private void record(String name) {
        RecordedHistories.record(environment, TaskQueues.workflowId(REQUEST.runId()), "training-run-v2-" + name);
    }

    @Test
    void takesARunThroughItsStagesInOrderAndClosesIt() {
        RunEnding ending = workflow.execute(REQUEST);

        assertThat(ending.state()).isEqualTo(RunEnding.State.SUCCEEDED);
        assertThat(recorder.executed).containsExactly(Stage.values());
        assertThat(recorder.endings).containsExactly(ending);
        assertThat(workflow.progress().finished()).hasSize(Stage.values().length);
        assertThat(workflow.progress().current()).isNull();
        record("succeeded");
    }

    @Test
    void aRunComputesOnTheClassThatLetItInAfterAnyNumberOfRefusalsThatLeaveNothingInItsHistory() {
        recorder.computeClass = "large";
        recorder.refusals.set(500);

        assertThat(workflow.execute(REQUEST).state()).isEqualTo(RunEnding.State.SUCCEEDED);

        assertThat(recorder.queues).containsOnly(TaskQueues.compute("large"));
        assertThat(environment
                        .getWorkflowClient()
                        .fetchHistory(TaskQueues.workflowId(REQUEST.runId()))
                        .getEvents())
                .hasSizeLessThan(100);
    }

    @Test
    void aRunThatWaitsForItsTurnCanBeCancelled() throws InterruptedException {
        recorder.refusals.set(Integer.MAX_VALUE);
        CompletableFuture<RunEnding> ending = WorkflowClient.execute(workflow::execute, REQUEST);
        assertThat(recorder.refused.await(30, TimeUnit.SECONDS)).isTrue();

        WorkflowStub.fromTyped(workflow).cancel();

        assertThatThrownBy(() -> ending.orTimeout(30, TimeUnit.SECONDS).join())
                .hasRootCauseInstanceOf(CanceledFailure.class);
        assertThat(recorder.endings).containsExactly(new RunEnding(RunEnding.State.CANCELLED, null, null));
        assertThat(recorder.executed).isEmpty();
    }

    @Test
    void aTransientFaultCostsARetryAndNoMore() {
        recorder.transientFaults.put(Stage.FILTER, 20);

        assertThat(workflow.execute(REQUEST).state()).isEqualTo(RunEnding.State.SUCCEEDED);

        assertThat(recorder.executed).filteredOn(stage -> stage == Stage.FILTER).hasSize(21);
        assertThat(recorder.executed).filteredOn(stage -> stage != Stage.FILTER).doesNotHaveDuplicates();
    }

    @Test
    void aPermanentFaultEndsTheRunWithItsReasonAndIsNotTriedAgain() {
        recorder.permanentFaults.put(Stage.PRETRAIN, "the loss is not a number");

        RunEnding ending = workflow.execute(REQUEST);

        assertThat(ending).isEqualTo(new RunEnding(RunEnding.State.FAILED, Stage.PRETRAIN, "the loss is not a number"));
        assertThat(recorder.executed).containsExactly(Stage.PREPARE, Stage.INITIALISE, Stage.FILTER, Stage.PRETRAIN);
        assertThat(recorder.endings).containsExactly(ending);
        record("failed");
    }

    @Test
    void cancellingWaitsForTheStageToEndAndClosesTheRun() throws InterruptedException {
        recorder.waitsForCancellation = Stage.INITIALISE;
        CompletableFuture<RunEnding> ending = WorkflowClient.execute(workflow::execute, REQUEST);
        assertThat(recorder.waiting.await(30, TimeUnit.SECONDS)).isTrue();

        WorkflowStub.fromTyped(workflow).cancel();

        assertThatThrownBy(() -> ending.orTimeout(30, TimeUnit.SECONDS).join())
                .hasRootCauseInstanceOf(CanceledFailure.class);
        assertThat(recorder.endings).containsExactly(new RunEnding(RunEnding.State.CANCELLED, Stage.INITIALISE, null));
        assertThat(recorder.sawCancellation).isTrue();
        assertThat(recorder.executed).containsExactly(Stage.PREPARE, Stage.INITIALISE);
        record("cancelled");
    }

    @Test
    void closingTheRowIsTriedUntilItSucceeds() {
        recorder.endingFaults.set(5);

        assertThat(workflow.execute(REQUEST).state()).isEqualTo(RunEnding.State.SUCCEEDED);
        assertThat(recorder.endings).hasSize(1);
    }

    @Test
    void aWorkflowOfTheSameCodeReplaysItsOwnHistory() throws Exception {
        recorder.transientFaults.put(Stage.MINE, 2);
        workflow.execute(REQUEST);
        WorkflowExecutionHistory history =
                environment.getWorkflowClient().fetchHistory(TaskQueues.workflowId(REQUEST.runId()));

        WorkflowReplayer.replayWorkflowExecution(history, TrainingRunWorkflowImpl.class);
    }

    private static ControlRequest request(ControlKind kind) {
        return new ControlRequest(REQUEST.runId(), kind, "request-" + kind.label(), null, null);
    }

    /** Until the workflow knows that its stage was left: the test server hangs when a cancellation meets a stage that ends. */
    private void awaitPaused() {
        recorder.left.join();
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            List<HistoryEvent> events = events(TaskQueues.workflowId(REQUEST.runId()));
            if (events.getLast().hasWorkflowTaskCompletedEventAttributes()
                    && events.stream().anyMatch(HistoryEvent::hasActivityTaskFailedEventAttributes)) {
                return;
            }
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private void awaitStage(Stage stage) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (workflow.progress().current() != stage) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    @Test
    void aPausedStageIsExecutedAgainWhenTheRunIsResumed() throws InterruptedException {
        recorder.waitsForPause = Stage.PRETRAIN;
        CompletableFuture<RunEnding> ending = WorkflowClient.execute(workflow::execute, REQUEST);
        assertThat(recorder.waiting.await(30, TimeUnit.SECONDS)).isTrue();

        workflow.control(request(ControlKind.PAUSE));
        recorder.left.join();
        workflow.control(request(ControlKind.RESUME));

        assertThat(ending.orTimeout(30, TimeUnit.SECONDS).join().state()).isEqualTo(RunEnding.State.SUCCEEDED);
        assertThat(recorder.controls)
                .extracting(ControlRequest::kind)
                .containsExactly(ControlKind.PAUSE, ControlKind.RESUME);
        assertThat(recorder.executed)
                .filteredOn(stage -> stage == Stage.PRETRAIN)
                .hasSize(2);
        assertThat(recorder.executed).hasSize(Stage.values().length + 1);
        record("paused");
    }

    @Test
    void aPausedRunThatIsCancelledEnds() throws InterruptedException {
        recorder.waitsForPause = Stage.FILTER;
        CompletableFuture<RunEnding> ending = WorkflowClient.execute(workflow::execute, REQUEST);
        assertThat(recorder.waiting.await(30, TimeUnit.SECONDS)).isTrue();
        workflow.control(request(ControlKind.PAUSE));
        awaitPaused();

        WorkflowStub.fromTyped(workflow).cancel();

        assertThatThrownBy(() -> ending.orTimeout(30, TimeUnit.SECONDS).join())
                .hasRootCauseInstanceOf(CanceledFailure.class);
        assertThat(recorder.endings).containsExactly(new RunEnding(RunEnding.State.CANCELLED, Stage.FILTER, null));
    }

    @Test
    void whatIsForATrainStageIsRefusedInAnotherBeforeItEntersTheHistory() throws InterruptedException {
        recorder.waitsForCancellation = Stage.FILTER;
        CompletableFuture<RunEnding> ending = WorkflowClient.execute(workflow::execute, REQUEST);
        assertThat(recorder.waiting.await(30, TimeUnit.SECONDS)).isTrue();
        awaitStage(Stage.FILTER);

        assertThatThrownBy(() -> workflow.control(request(ControlKind.CHECKPOINT)))
                .rootCause()
                .hasMessageContaining("checkpoint is refused")
                .hasMessageContaining("stage filter");

        assertThat(recorder.controls).isEmpty();
        assertThat(environment
                        .getWorkflowClient()
                        .fetchHistory(TaskQueues.workflowId(REQUEST.runId()))
                        .getEvents())
                .noneMatch(event -> event.hasWorkflowExecutionUpdateAcceptedEventAttributes());
        WorkflowStub.fromTyped(workflow).cancel();
        assertThatThrownBy(() -> ending.orTimeout(30, TimeUnit.SECONDS).join())
                .hasRootCauseInstanceOf(CanceledFailure.class);
    }

    @Test
    void whatTheRegistryRefusesIsRefusedWithItsReasonAndCostsTheRunNothing() throws InterruptedException {
        recorder.waitsForPause = Stage.PRETRAIN;
        recorder.refusal = "resume is refused: the run is RUNNING, not PAUSED";
        CompletableFuture<RunEnding> ending = WorkflowClient.execute(workflow::execute, REQUEST);
        assertThat(recorder.waiting.await(30, TimeUnit.SECONDS)).isTrue();

        assertThatThrownBy(() -> workflow.control(request(ControlKind.RESUME)))
                .rootCause()
                .hasMessageContaining("the run is RUNNING, not PAUSED");

        recorder.refusal = null;
        workflow.control(request(ControlKind.PAUSE));
        recorder.left.join();
        workflow.control(new ControlRequest(REQUEST.runId(), ControlKind.RESUME, "another", null, null));
        assertThat(ending.orTimeout(30, TimeUnit.SECONDS).join().state()).isEqualTo(RunEnding.State.SUCCEEDED);
    }

    @Test
    void theShardsOfADividedStageAreComputedPhaseByPhaseAndThenTheStageUnderTheSameFence() {
        recorder.divisions.put(Stage.FILTER, List.of(3, 1, 2));

        assertThat(workflow.execute(REQUEST).state()).isEqualTo(RunEnding.State.SUCCEEDED);

        assertThat(recorder.shards).extracting(ShardTask::phase).containsExactly(0, 0, 0, 1, 2, 2);
        assertThat(recorder.shards)
                .extracting(shard -> shard.phase() + "." + shard.shard())
                .containsExactlyInAnyOrder("0.0", "0.1", "0.2", "1.0", "2.0", "2.1");
        assertThat(recorder.shards).allMatch(shard -> shard.fence() == Recorder.FENCE && shard.stage() == Stage.FILTER);
        assertThat(recorder.fences).isEqualTo(Map.of(Stage.FILTER, Recorder.FENCE, Stage.MINE, Recorder.FENCE));
        assertThat(recorder.executed).containsExactly(Stage.values());
    }

    @Test
    void whatOneWorkerCanDoAloneIsLeftToTheStageItself() {
        recorder.divisions.put(Stage.FILTER, List.of(1, 1, 1));

        assertThat(workflow.execute(REQUEST).state()).isEqualTo(RunEnding.State.SUCCEEDED);

        assertThat(recorder.shards).isEmpty();
        assertThat(recorder.fences).containsEntry(Stage.FILTER, Recorder.FENCE);
    }

    @Test
    void twoThousandShardsAreEachComputedOnceAndNoHistoryGrowsWithThem() {
        recorder.divisions.put(Stage.MINE, List.of(2000));

        assertThat(workflow.execute(REQUEST).state()).isEqualTo(RunEnding.State.SUCCEEDED);

        assertThat(recorder.shards)
                .hasSize(2000)
                .extracting(ShardTask::shard)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 2000).boxed().toList());
        assertThat(events(TaskQueues.workflowId(REQUEST.runId()))).hasSizeLessThan(150);
        // That of the last hundred, under the name that they all had
        assertThat(events(TaskQueues.workflowId(REQUEST.runId()) + "-mine")).hasSizeBetween(300, 1000);
        record("divided");
    }

    @Test
    void aStageOfAHundredThousandStepsLeavesNoMoreInTheHistoryThanAShortOne() {
        recorder.heartbeats.put(Stage.PRETRAIN, 100_000);

        assertThat(workflow.execute(REQUEST).state()).isEqualTo(RunEnding.State.SUCCEEDED);

        assertThat(events(TaskQueues.workflowId(REQUEST.runId()))).hasSizeLessThan(150);
    }

    private List<HistoryEvent> events(String workflowId) {
        return environment.getWorkflowClient().fetchHistory(workflowId).getEvents();
    }

    @Test
    void aShardThatFailsIsTriedAgainAndTheOthersAreNot() {
        recorder.divisions.put(Stage.FILTER, List.of(4));
        recorder.failingShard = 2;
        recorder.shardFaults.set(3);

        assertThat(workflow.execute(REQUEST).state()).isEqualTo(RunEnding.State.SUCCEEDED);

        assertThat(recorder.shards)
                .extracting(ShardTask::shard)
                .filteredOn(shard -> shard == 2)
                .hasSize(4);
        assertThat(recorder.shards)
                .extracting(ShardTask::shard)
                .filteredOn(shard -> shard != 2)
                .hasSize(3);
    }

    @Test
    void aShardThatFailsForGoodLeavesItToTheStageToSayWhy() {
        recorder.divisions.put(Stage.FILTER, List.of(40));
        recorder.failingShard = 0;
        recorder.shardFaults.set(Integer.MAX_VALUE);
        recorder.shardFaultIsPermanent = true;
        recorder.permanentFaults.put(Stage.FILTER, "the teacher cannot be read");

        RunEnding ending = workflow.execute(REQUEST);

        assertThat(ending).isEqualTo(new RunEnding(RunEnding.State.FAILED, Stage.FILTER, "the teacher cannot be read"));
        assertThat(recorder.shards).hasSizeLessThan(40);
    }

    @Test
    void aRunThatIsPausedWhileItsStageIsDividedEndsTheShardsAndIsDividedAgainWhenItIsResumed()
            throws InterruptedException {
        recorder.divisions.put(Stage.FILTER, List.of(40));
        recorder.shardsWaitForPause = true;
        CompletableFuture<RunEnding> ending = WorkflowClient.execute(workflow::execute, REQUEST);
        assertThat(recorder.waiting.await(30, TimeUnit.SECONDS)).isTrue();
        recorder.waitsForPause = Stage.FILTER;

        workflow.control(request(ControlKind.PAUSE));
        recorder.left.join();
        assertThat(recorder.shards).hasSizeLessThan(40);
        recorder.shards.clear();
        workflow.control(request(ControlKind.RESUME));

        assertThat(ending.orTimeout(30, TimeUnit.SECONDS).join().state()).isEqualTo(RunEnding.State.SUCCEEDED);
        assertThat(recorder.shards).hasSize(40);
        assertThat(recorder.executed).filteredOn(stage -> stage == Stage.FILTER).hasSize(2);
        record("paused-while-divided");
    }

    @Test
    void cancellingWhileAStageIsDividedEndsTheShardsAndTheRun() throws InterruptedException {
        recorder.divisions.put(Stage.FILTER, List.of(40));
        recorder.shardsWaitForPause = true;
        CompletableFuture<RunEnding> ending = WorkflowClient.execute(workflow::execute, REQUEST);
        assertThat(recorder.waiting.await(30, TimeUnit.SECONDS)).isTrue();

        WorkflowStub.fromTyped(workflow).cancel();

        assertThatThrownBy(() -> ending.orTimeout(30, TimeUnit.SECONDS).join())
                .hasRootCauseInstanceOf(CanceledFailure.class);
        assertThat(recorder.endings).containsExactly(new RunEnding(RunEnding.State.CANCELLED, Stage.FILTER, null));
        assertThat(recorder.sawCancellation).isTrue();
        assertThat(recorder.executed).doesNotContain(Stage.FILTER);
    }

    /** Histories recorded by released code: a change of the workflow that breaks runs under way fails here. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "v1-succeeded",
                "v1-failed",
                "v1-cancelled",
                "v2-succeeded",
                "v2-failed",
                "v2-cancelled",
                "v2-paused",
                "v2-divided",
                "v2-paused-while-divided"
            })
    void replaysHistoriesRecordedByEarlierCode(String name) throws Exception {
        WorkflowReplayer.replayWorkflowExecution(
                RecordedHistories.of("training-run-" + name), TrainingRunWorkflowImpl.class);
    }

    /** Activities that note what they were asked, and fail as they are told. */
    private static final class Recorder implements RunActivities, AdmissionActivities {
        private static final long FENCE = 7;

        private final List<Stage> executed = new CopyOnWriteArrayList<>();
        private final List<RunEnding> endings = new CopyOnWriteArrayList<>();
        private final Map<Stage, Integer> transientFaults = new EnumMap<>(Stage.class);
        private final Map<Stage, String> permanentFaults = new EnumMap<>(Stage.class);
        private final CountDownLatch waiting = new CountDownLatch(1);
        private final StageActivities stages = new RecordingStages();
        private final CompletableFuture<Void> left = new CompletableFuture<>();
        private final List<ControlRequest> controls = new CopyOnWriteArrayList<>();
        private volatile Stage waitsForPause;
        private volatile String refusal;
        private volatile Stage waitsForCancellation;
        private volatile boolean sawCancellation;
        private final AtomicInteger endingFaults = new AtomicInteger();
        private final AtomicInteger refusals = new AtomicInteger();
        private final CountDownLatch refused = new CountDownLatch(1);
        private final List<String> queues = new CopyOnWriteArrayList<>();
        private volatile String computeClass = TaskQueues.USUAL_CLASS;
        private final Map<Stage, List<Integer>> divisions = new EnumMap<>(Stage.class);
        private final Map<Stage, Long> fences = new ConcurrentHashMap<>();
        private final Map<Stage, Integer> heartbeats = new EnumMap<>(Stage.class);
        private final List<ShardTask> shards = new CopyOnWriteArrayList<>();
        private final AtomicInteger shardFaults = new AtomicInteger();
        private volatile int failingShard = -1;
        private volatile boolean shardFaultIsPermanent;
        private volatile boolean shardsWaitForPause;

        @Override
        public String admit(String runId) {
            if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                refused.countDown();
                throw ApplicationFailure.newBuilder()
                        .setMessage("it is not its turn")
                        .setType(WAITING)
                        .setNextRetryDelay(Duration.ofSeconds(1))
                        .setCategory(ApplicationErrorCategory.BENIGN)
                        .build();
            }
            return computeClass;
        }

        @Override
        public void endRun(String runId, RunEnding ending) {
            if (endingFaults.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw ApplicationFailure.newFailure("the database is away", "Transient");
            }
            endings.add(ending);
        }

        @Override
        public void control(ControlRequest request) {
            if (refusal != null) {
                throw ApplicationFailure.newNonRetryableFailure(refusal, REFUSED);
            }
            controls.add(request);
        }

        /** As a stage does that reads in the registry that its run is to wait. */
        private void waitForPause(ActivityExecutionContext context) {
            waiting.countDown();
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (controls.stream().noneMatch(control -> control.kind() == ControlKind.PAUSE)
                    && System.nanoTime() < deadline) {
                context.heartbeat("step");
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
            waitsForPause = null;
            left.complete(null);
            throw ApplicationFailure.newNonRetryableFailure("the run waits", StageActivities.PAUSED);
        }

        private synchronized StageOutcome execute(StageTask task) {
            Stage stage = task.stage();
            ActivityExecutionContext context = Activity.getExecutionContext();
            executed.add(stage);
            queues.add(context.getInfo().getActivityTaskQueue());
            if (task.fence() != null) {
                fences.put(stage, task.fence());
            }
            for (int i = 0; i < heartbeats.getOrDefault(stage, 0); i++) {
                context.heartbeat(i);
            }
            int faults = transientFaults.getOrDefault(stage, 0);
            if (faults > 0) {
                transientFaults.put(stage, faults - 1);
                throw ApplicationFailure.newFailure("the store is away", "Transient");
            }
            if (permanentFaults.containsKey(stage)) {
                throw ApplicationFailure.newFailure(permanentFaults.get(stage), StageActivities.PERMANENT);
            }
            if (stage == waitsForPause) {
                waitForPause(context);
            }
            if (stage == waitsForCancellation) {
                waitForCancellation(context);
            }
            return new StageOutcome(stage, "key-" + stage.label(), false);
        }

        private void compute(ShardTask task) {
            shards.add(task);
            if (task.shard() == failingShard && shardFaults.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw shardFaultIsPermanent
                        ? ApplicationFailure.newNonRetryableFailure("no teacher", StageActivities.PERMANENT)
                        : ApplicationFailure.newFailure("the store is away", "Transient");
            }
            if (shardsWaitForPause) {
                waiting.countDown();
                long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
                while (controls.isEmpty() && System.nanoTime() < deadline) {
                    try {
                        Activity.getExecutionContext().heartbeat("text");
                    } catch (ActivityCompletionException e) {
                        sawCancellation = true;
                        throw e;
                    }
                    LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
                }
            }
            if (controls.stream().anyMatch(control -> control.kind() == ControlKind.PAUSE)
                    && controls.stream().noneMatch(control -> control.kind() == ControlKind.RESUME)) {
                throw ApplicationFailure.newNonRetryableFailure("the run waits", StageActivities.PAUSED);
            }
        }

        private void waitForCancellation(ActivityExecutionContext context) {
            waiting.countDown();
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (System.nanoTime() < deadline) {
                try {
                    context.heartbeat("step");
                } catch (ActivityCompletionException e) {
                    sawCancellation = true;
                    throw e;
                }
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        }

        private final class RecordingStages implements StageActivities {
            @Override
            public StageDivision divide(StageTask task) {
                return new StageDivision(FENCE, divisions.getOrDefault(task.stage(), List.of()), 2);
            }

            @Override
            public void shard(ShardTask task) {
                compute(task);
            }

            @Override
            public StageOutcome prepare(StageTask task) {
                return execute(task);
            }

            @Override
            public StageOutcome initialise(StageTask task) {
                return execute(task);
            }

            @Override
            public StageOutcome filter(StageTask task) {
                return execute(task);
            }

            @Override
            public StageOutcome pretrain(StageTask task) {
                return execute(task);
            }

            @Override
            public StageOutcome mine(StageTask task) {
                return execute(task);
            }

            @Override
            public StageOutcome finetune(StageTask task) {
                return execute(task);
            }

            @Override
            public StageOutcome evaluate(StageTask task) {
                return execute(task);
            }

            @Override
            public StageOutcome register(StageTask task) {
                return execute(task);
            }
        }
    }
}
