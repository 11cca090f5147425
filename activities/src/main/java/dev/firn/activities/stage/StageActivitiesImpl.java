package dev.firn.activities.stage;

import dev.firn.activities.Stores;
import dev.firn.activities.submission.TrainingInputs;
import dev.firn.workflows.stage.ShardTask;
import dev.firn.workflows.stage.Stage;
import dev.firn.workflows.stage.StageActivities;
import dev.firn.workflows.stage.StageDivision;
import dev.firn.workflows.stage.StageOutcome;
import dev.firn.workflows.stage.StageTask;
import java.nio.file.Path;

/** The stages, each by the class of its name. */
public final class StageActivitiesImpl implements StageActivities {
    private final StageRunner runner;
    private final PrepareStage prepare;
    private final InitialiseStage initialise;
    private final FilterStage filter;
    private final PretrainStage pretrain = new PretrainStage();
    private final MineStage mine;
    private final FinetuneStage finetune = new FinetuneStage();
    private final EvaluateStage evaluate = new EvaluateStage();
    private final RegisterStage register = new RegisterStage();

    /**
     * The stages over the registry.
     *
     * @param inputs what specifications name outside of themselves
     * @param scratch folder for the stages' files
     * @param worker who works, for the attempts' rows
     */
    public StageActivitiesImpl(Stores stores, TrainingInputs inputs, Path scratch, String worker) {
        this.runner = new StageRunner(stores, scratch, worker);
        this.prepare = new PrepareStage(inputs);
        this.initialise = new InitialiseStage(inputs);
        this.filter = new FilterStage(inputs);
        this.mine = new MineStage(inputs);
    }

    @Override
    public StageDivision divide(StageTask task) {
        return runner.divide(task, divided(task.stage()));
    }

    @Override
    public void shard(ShardTask task) {
        runner.shard(task, divided(task.stage()));
    }

    private DividedStage divided(Stage stage) {
        return switch (stage) {
            case FILTER -> filter;
            case MINE -> mine;
            case PREPARE, INITIALISE, PRETRAIN, FINETUNE, EVALUATE, REGISTER ->
                throw new IllegalArgumentException("stage " + stage.label() + " is not divided");
        };
    }

    @Override
    public StageOutcome prepare(StageTask task) {
        return runner.run(task, prepare);
    }

    @Override
    public StageOutcome initialise(StageTask task) {
        return runner.run(task, initialise);
    }

    @Override
    public StageOutcome filter(StageTask task) {
        return runner.runDivided(task, filter);
    }

    @Override
    public StageOutcome pretrain(StageTask task) {
        return runner.run(task, pretrain);
    }

    @Override
    public StageOutcome mine(StageTask task) {
        return runner.runDivided(task, mine);
    }

    @Override
    public StageOutcome finetune(StageTask task) {
        return runner.run(task, finetune);
    }

    @Override
    public StageOutcome evaluate(StageTask task) {
        return runner.run(task, evaluate);
    }

    @Override
    public StageOutcome register(StageTask task) {
        return runner.run(task, register);
    }
}
