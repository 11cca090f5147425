package dev.firn.workflows.run;

import static java.util.Objects.requireNonNull;

/**
 * The input of a run's workflow.
 *
 * @param computeQueue the task queue of the class of workers that can compute this run
 */
public record RunRequest(String runId, String computeQueue) {
    public RunRequest {
        requireNonNull(runId, "runId is null");
        requireNonNull(computeQueue, "computeQueue is null");
    }
}
