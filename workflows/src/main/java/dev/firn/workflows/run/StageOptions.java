package dev.firn.workflows.run;

import dev.firn.workflows.stage.StageActivities;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;

/**
 * How stages and their shards are executed.
 *
 * <p>They are tried again without a limit: a lost worker must never end a long training. What trying again cannot mend is told
 * by the activity, which fails with {@link StageActivities#PERMANENT}.
 */
final class StageOptions {
    /** Longer than any stage: a dead worker is told by its missing heartbeats instead. */
    private static final Duration LONGEST_STAGE = Duration.ofDays(365);

    private static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(60);

    static final RetryOptions RETRY = RetryOptions.newBuilder()
            .setInitialInterval(Duration.ofSeconds(1))
            .setBackoffCoefficient(2)
            .setMaximumInterval(Duration.ofMinutes(1))
            .setDoNotRetry(
                    StageActivities.PERMANENT, StageActivities.PAUSED, StageActivities.REPLACED, RunActivities.REFUSED)
            .build();

    private StageOptions() {}

    /** Stages on a compute queue. */
    static StageActivities stub(String computeQueue) {
        return Workflow.newActivityStub(
                StageActivities.class,
                ActivityOptions.newBuilder()
                        .setTaskQueue(computeQueue)
                        .setStartToCloseTimeout(LONGEST_STAGE)
                        .setHeartbeatTimeout(HEARTBEAT_TIMEOUT)
                        .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
                        .setRetryOptions(RETRY)
                        .build());
    }
}
