package dev.firn.workflows.run;

import io.temporal.worker.WorkerOptions;
import java.time.Duration;

/** The names of the task queues. */
public final class TaskQueues {
    /** Workflows, and activities that need no compute slot. */
    public static final String ORCHESTRATION = "firn";

    /** The class of workers that name none. */
    public static final String USUAL_CLASS = "cpu";

    /** Stages for the usual class of workers, one at a time on each. */
    public static final String COMPUTE_CPU = compute(USUAL_CLASS);

    private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(2);

    private TaskQueues() {}

    /** The queue of the stages for a class of workers. */
    public static String compute(String computeClass) {
        return "firn-compute-" + computeClass;
    }

    /**
     * How a worker serves a compute queue: one stage at a time, and heartbeats often enough that a cancellation is seen
     * within seconds.
     */
    public static WorkerOptions computeWorkerOptions() {
        return WorkerOptions.newBuilder()
                .setMaxConcurrentActivityExecutionSize(1)
                .setMaxHeartbeatThrottleInterval(HEARTBEAT_INTERVAL)
                .setDefaultHeartbeatThrottleInterval(HEARTBEAT_INTERVAL)
                .build();
    }

    /** The workflow id of a run. */
    public static String workflowId(String runId) {
        return "run-" + runId;
    }
}
