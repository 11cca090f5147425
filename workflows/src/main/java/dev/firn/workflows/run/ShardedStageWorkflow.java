package dev.firn.workflows.run;

import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Has the shards of a stage computed, side by side as far as there are workers. */
@WorkflowInterface
public interface ShardedStageWorkflow {
    /** Done when all shards are; fails when one fails for good, after the others have been left. */
    @WorkflowMethod(name = "ShardedStage")
    void execute(ShardedStageRequest request);
}
