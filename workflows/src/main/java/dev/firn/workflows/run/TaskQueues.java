package dev.firn.workflows.run;

import io.temporal.worker.WorkerOptions;
import java.time.Duration;

/** The names of the task queues. */
public final class TaskQueues {
    /** Workflows, and activities that need no compute slot. */
    public static final String ORCHESTRATION = "firn";

    /** Stages that compute on a CPU, one at a time on each worker. */
    public static final String COMPUTE_CPU = "firn-compute-cpu";

    private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(2);

    private TaskQueues() {}

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
