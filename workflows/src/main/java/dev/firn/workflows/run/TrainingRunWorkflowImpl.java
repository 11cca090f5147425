package dev.firn.workflows.run;

import dev.firn.workflows.stage.Stage;
import dev.firn.workflows.stage.StageActivities;
import dev.firn.workflows.stage.StageDivision;
import dev.firn.workflows.stage.StageOutcome;
import dev.firn.workflows.stage.StageTask;
import io.temporal.activity.ActivityOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.ChildWorkflowFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.failure.TimeoutFailure;
import io.temporal.workflow.ChildWorkflowCancellationType;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The workflow of a run: its stages in their order, each on the class of workers that the run was given. */
public final class TrainingRunWorkflowImpl implements TrainingRunWorkflow {
    /** The change of this code after which a run waits for its turn. */
    private static final String ADMISSION = "admission";

    /** The change of this code after which the work of some stages is divided. */
    private static final String SHARDS = "shards";

    private static final int SMALLEST_WINDOW = 4;

    private final RunActivities run = Workflow.newActivityStub(
            RunActivities.class,
            ActivityOptions.newBuilder()
                    .setTaskQueue(TaskQueues.ORCHESTRATION)
                    .setStartToCloseTimeout(Duration.ofMinutes(1))
                    .setRetryOptions(StageOptions.RETRY)
                    .build());

    private final AdmissionActivities admission = Workflow.newActivityStub(
            AdmissionActivities.class,
            ActivityOptions.newBuilder()
                    .setTaskQueue(TaskQueues.ORCHESTRATION)
                    .setStartToCloseTimeout(Duration.ofMinutes(1))
                    .setRetryOptions(StageOptions.RETRY)
                    .build());

    private final List<StageOutcome> finished = new ArrayList<>();
    private @Nullable Stage current;
    private String computeQueue = "";
    private boolean ended;
    private boolean paused;
    private long resumed;

    @Override
    public RunEnding execute(RunRequest request) {
        RunEnding ending;
        try {
            computeQueue = admit(request);
            for (Stage stage : Stage.values()) {
                current = stage;
                finished.add(finish(request, new StageTask(request.runId(), stage)));
            }
            ending = new RunEnding(RunEnding.State.SUCCEEDED, null, null);
        } catch (CanceledFailure e) {
            ending = new RunEnding(RunEnding.State.CANCELLED, current, null);
        } catch (ActivityFailure e) {
            ending = e.getCause() instanceof CanceledFailure
                    ? new RunEnding(RunEnding.State.CANCELLED, current, null)
                    : new RunEnding(RunEnding.State.FAILED, current, reason(e));
        }
        current = null;
        ended = true;
        RunEnding last = ending;
        // A cancelled workflow may start nothing in its own scope, yet the run's row must be closed.
        Workflow.newDetachedCancellationScope(() -> {
                    Workflow.await(Workflow::isEveryHandlerFinished);
                    run.endRun(request.runId(), last);
                })
                .run();
        return ending;
    }

    /** Waits for a compute slot; runs that began before there was a waiting line have theirs. */
    private String admit(RunRequest request) {
        return Workflow.getVersion(ADMISSION, Workflow.DEFAULT_VERSION, 1) == Workflow.DEFAULT_VERSION
                ? request.computeQueue()
                : TaskQueues.compute(admission.admit(request.runId()));
    }

    /** Executes a stage, again after each pause, which gave its slot away. */
    private StageOutcome finish(RunRequest request, StageTask task) {
        while (true) {
            long before = resumed;
            try {
                return execute(divided(task), computeQueue);
            } catch (ActivityFailure e) {
                if (!(e.getCause() instanceof ApplicationFailure failure
                        && failure.getType().equals(StageActivities.PAUSED))) {
                    throw e;
                }
            }
            paused = true;
            // Who resumes may be faster than the news that the stage has paused
            Workflow.await(() -> resumed > before);
            paused = false;
            computeQueue = admit(request);
        }
    }

    /**
     * Has the shards of a stage computed, when it has several. What they could not do, or that the run is to wait, the stage's own
     * attempt finds out: it goes on where they ended, and says why when it cannot.
     */
    private StageTask divided(StageTask task) {
        if (!task.stage().divides()
                || Workflow.getVersion(SHARDS, Workflow.DEFAULT_VERSION, 1) == Workflow.DEFAULT_VERSION) {
            return task;
        }
        StageDivision division = StageOptions.stub(computeQueue).divide(task);
        if (division.fence() == null) {
            return task;
        }
        StageTask begun = new StageTask(task.runId(), task.stage(), division.fence());
        if (division.parallel()) {
            ShardedStageWorkflow shards = Workflow.newChildWorkflowStub(
                    ShardedStageWorkflow.class,
                    ChildWorkflowOptions.newBuilder()
                            .setWorkflowId(TaskQueues.workflowId(task.runId()) + "-"
                                    + task.stage().label())
                            .setTaskQueue(TaskQueues.ORCHESTRATION)
                            .setCancellationType(ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED)
                            .build());
            try {
                shards.execute(new ShardedStageRequest(
                        task.runId(),
                        task.stage(),
                        division.fence(),
                        computeQueue,
                        division.shards(),
                        Math.max(SMALLEST_WINDOW, 2 * division.workers()),
                        0,
                        0));
            } catch (ChildWorkflowFailure e) {
                if (e.getCause() instanceof CanceledFailure cancelled) {
                    throw cancelled;
                }
                Workflow.getLogger(TrainingRunWorkflowImpl.class)
                        .info("The shards of {} ended early: {}", task.stage().label(), e.getMessage());
            }
        }
        return begun;
    }

    @Override
    public void checkControl(ControlRequest request) {
        String asked = request.kind().label() + " is refused: run " + request.runId();
        if (ended) {
            throw new IllegalStateException(asked + " has ended");
        }
        if (paused && !request.kind().whilePaused()) {
            throw new IllegalStateException(asked + " is PAUSED");
        }
        if (request.kind().ofTrainStage() && (current == null || !current.trains())) {
            throw new IllegalStateException(
                    asked + (current == null ? " has not begun" : " is in stage " + current.label())
                            + ", and that is for a train stage only");
        }
    }

    @Override
    public void control(ControlRequest request) {
        run.control(request);
        if (request.kind() == ControlKind.RESUME) {
            resumed++;
        }
    }

    private static StageOutcome execute(StageTask task, String computeQueue) {
        StageActivities stages = StageOptions.stub(computeQueue);
        return switch (task.stage()) {
            case PREPARE -> stages.prepare(task);
            case INITIALISE -> stages.initialise(task);
            case FILTER -> stages.filter(task);
            case PRETRAIN -> stages.pretrain(task);
            case MINE -> stages.mine(task);
            case FINETUNE -> stages.finetune(task);
            case EVALUATE -> stages.evaluate(task);
            case REGISTER -> stages.register(task);
        };
    }

    private static String reason(ActivityFailure failure) {
        return switch (failure.getCause()) {
            case ApplicationFailure cause -> cause.getOriginalMessage();
            case TimeoutFailure cause -> "No worker finished the stage in time: " + cause.getTimeoutType();
            case TemporalFailure cause -> cause.getOriginalMessage();
            case null -> failure.getMessage();
            default -> failure.getCause().getMessage();
        };
    }

    @Override
    public RunProgress progress() {
        return new RunProgress(current, finished);
    }
}
