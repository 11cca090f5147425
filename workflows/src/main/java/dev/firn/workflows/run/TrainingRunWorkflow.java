package dev.firn.workflows.run;

import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Takes a run through its stages. */
@WorkflowInterface
public interface TrainingRunWorkflow {
    /** Executes what is left of a run and closes its row. Cancelling the workflow cancels the run. */
    @WorkflowMethod(name = "TrainingRun")
    RunEnding execute(RunRequest request);

    /** What has been done so far. */
    @QueryMethod
    RunProgress progress();
}
