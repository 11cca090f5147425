package dev.firn.workflows.stage;

import io.temporal.activity.ActivityInterface;

/**
 * The stages as Temporal activities. Each may be executed any number of times for a run: a stage that is done answers
 * at once, one that was interrupted goes on from its last checkpoint.
 *
 * <p>Failures of type {@link #PERMANENT} are not retried.
 */
@ActivityInterface
public interface StageActivities {
    /** Failure type of what trying again cannot mend. */
    String PERMANENT = "Permanent";

    /** Failure type of a stage that was left because its run waits; the stage is executed again when the run goes on. */
    String PAUSED = "Paused";

    /** Failure type of a shard whose stage another attempt works on by now. */
    String REPLACED = "Replaced";

    /** Begins a stage whose work can be divided, and divides it. What stands in the way is for the stage itself to say. */
    StageDivision divide(StageTask task);

    /** Computes a shard of a stage that was divided; one that is done answers at once. */
    void shard(ShardTask task);

    StageOutcome prepare(StageTask task);

    StageOutcome initialise(StageTask task);

    StageOutcome filter(StageTask task);

    StageOutcome pretrain(StageTask task);

    StageOutcome mine(StageTask task);

    StageOutcome finetune(StageTask task);

    StageOutcome evaluate(StageTask task);

    StageOutcome register(StageTask task);
}
