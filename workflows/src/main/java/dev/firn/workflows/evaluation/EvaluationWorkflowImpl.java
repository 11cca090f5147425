package dev.firn.workflows.evaluation;

import dev.firn.workflows.run.TaskQueues;
import dev.firn.workflows.stage.StageActivities;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/** The workflow of an evaluation. */
public final class EvaluationWorkflowImpl implements EvaluationWorkflow {
    private static final RetryOptions RETRY = RetryOptions.newBuilder()
            .setInitialInterval(Duration.ofSeconds(1))
            .setBackoffCoefficient(2)
            .setMaximumInterval(Duration.ofMinutes(1))
            .setDoNotRetry(StageActivities.PERMANENT)
            .build();

    private final EvaluationActivities rows = Workflow.newActivityStub(
            EvaluationActivities.class,
            ActivityOptions.newBuilder()
                    .setTaskQueue(TaskQueues.ORCHESTRATION)
                    .setStartToCloseTimeout(Duration.ofMinutes(1))
                    .setRetryOptions(RETRY)
                    .build());

    @Override
    public void execute(EvaluationRequest request) {
        EvaluationActivities compute = Workflow.newActivityStub(
                EvaluationActivities.class,
                ActivityOptions.newBuilder()
                        .setTaskQueue(request.computeQueue())
                        // A dead worker is told by its missing heartbeats instead
                        .setStartToCloseTimeout(Duration.ofDays(30))
                        .setHeartbeatTimeout(Duration.ofSeconds(60))
                        .setRetryOptions(RETRY)
                        .build());
        String reason;
        try {
            compute.measureModel(request.jobId());
            return;
        } catch (CanceledFailure e) {
            reason = "It was cancelled";
        } catch (ActivityFailure e) {
            reason = e.getCause() instanceof ApplicationFailure failure
                    ? failure.getOriginalMessage()
                    : String.valueOf(
                            e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
        }
        String said = reason;
        Workflow.newDetachedCancellationScope(() -> rows.failEvaluation(request.jobId(), said))
                .run();
    }
}
