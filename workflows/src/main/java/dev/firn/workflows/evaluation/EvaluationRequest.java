package dev.firn.workflows.evaluation;

import static java.util.Objects.requireNonNull;

/**
 * The input of an evaluation's workflow.
 *
 * @param jobId the evaluation's row
 * @param computeQueue the task queue of the workers that may compute it
 */
public record EvaluationRequest(String jobId, String computeQueue) {
    public EvaluationRequest {
        requireNonNull(jobId, "jobId is null");
        requireNonNull(computeQueue, "computeQueue is null");
    }

    /** The workflow id of an evaluation. */
    public static String workflowId(String jobId) {
        return "evaluation-" + jobId;
    }
}
