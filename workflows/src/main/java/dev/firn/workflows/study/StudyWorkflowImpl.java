package dev.firn.workflows.study;

import dev.firn.workflows.run.TaskQueues;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/** The workflow of a study: one thing after another, until nothing is left. */
public final class StudyWorkflowImpl implements StudyWorkflow {
    private final StudyActivities study = Workflow.newActivityStub(
            StudyActivities.class,
            ActivityOptions.newBuilder()
                    .setTaskQueue(TaskQueues.ORCHESTRATION)
                    // Submitting reads all that a specification names; who does it says every few seconds that he lives
                    .setStartToCloseTimeout(Duration.ofDays(1))
                    .setHeartbeatTimeout(Duration.ofSeconds(60))
                    .setRetryOptions(RetryOptions.newBuilder()
                            .setInitialInterval(Duration.ofSeconds(1))
                            .setBackoffCoefficient(2)
                            .setMaximumInterval(Duration.ofMinutes(1))
                            .setDoNotRetry(StudyActivities.GONE)
                            .build())
                    .build());

    @Override
    public void execute(String studyId) {
        StudyStep step;
        do {
            step = study.advance(studyId);
        } while (!step.ended());
    }
}
