package dev.firn.workflows.evaluation;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Measures a model version on the evaluation sets of a dataset. */
@WorkflowInterface
public interface EvaluationWorkflow {
    /** Done when the evaluation's row is closed, whatever became of it. */
    @WorkflowMethod(name = "Evaluation")
    void execute(EvaluationRequest request);
}
