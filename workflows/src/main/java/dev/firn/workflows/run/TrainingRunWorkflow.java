package dev.firn.workflows.run;

import io.temporal.workflow.QueryMethod;
import io.temporal.workflow.UpdateMethod;
import io.temporal.workflow.UpdateValidatorMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Takes a run through its stages. */
@WorkflowInterface
public interface TrainingRunWorkflow {
    /** Executes what is left of a run and closes its row. Cancelling the workflow cancels the run. */
    @WorkflowMethod(name = "TrainingRun")
    RunEnding execute(RunRequest request);

    /**
     * Asks the run to wait, to go on, or to do something between two steps. Done when the request is written down; refused,
     * with the reason, when the run's state forbids it.
     */
    @UpdateMethod
    void control(ControlRequest request);

    /** Refuses what the workflow knows to be impossible, before it enters the history. */
    @UpdateValidatorMethod(updateName = "control")
    void checkControl(ControlRequest request);

    /** What has been done so far. */
    @QueryMethod
    RunProgress progress();
}
