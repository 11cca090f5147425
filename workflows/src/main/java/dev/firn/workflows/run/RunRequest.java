package dev.firn.workflows.run;

import static java.util.Objects.requireNonNull;

/**
 * The input of a run's workflow.
 *
 * @param computeQueue the task queue of runs that began before they had to wait for a slot, which names the queue
 */
public record RunRequest(String runId, String computeQueue) {
    public RunRequest {
        requireNonNull(runId, "runId is null");
        requireNonNull(computeQueue, "computeQueue is null");
    }
}
