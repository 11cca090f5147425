package dev.firn.api.page;

import dev.firn.api.run.RunView;
import dev.firn.api.run.StageView;
import dev.firn.workflows.stage.Stage;
import java.util.ArrayList;
import java.util.List;

/** What a run can be asked for on its page, and what will happen then. */
enum RunAction {
    PAUSE(
            "Pause",
            "Pause this run?",
            "A training stage commits a checkpoint first and frees its worker; any other stage begins again when the run"
                    + " is resumed. The run stays paused until somebody resumes it, also when the server starts again.",
            "The run will pause."),
    RESUME(
            "Resume",
            "Resume this run?",
            "It waits for a free worker, and goes on from the checkpoint that it paused with.",
            "The run will go on."),
    CHECKPOINT(
            "Checkpoint",
            "Commit a checkpoint?",
            "Before the next step of the training stage under way. It appears among the checkpoints; training goes on.",
            "A checkpoint will be committed."),
    STOP(
            "End stage",
            "End the training stage under way?",
            "Before its next step. The weights that it has by then go into the next stage, and the run goes on. The"
                    + " stage's outputs are no longer those of its specification alone, so no other run will reuse them.",
            "The stage will end."),
    EXTEND(
            "Extend",
            "Make the training stage longer?",
            "By so many steps. Its schedule of learning rates is stretched from the next step on. The stage's outputs are"
                    + " no longer those of its specification alone, so no other run will reuse them.",
            "The stage will be longer."),
    SCALE(
            "Scale learning rate",
            "Scale the learning rate?",
            "From the next step on it is the schedule's times this factor, in place of an earlier one; 1 gives the"
                    + " schedule back. The stage's outputs are no longer those of its specification alone, so no other run"
                    + " will reuse them.",
            "The learning rate will be scaled."),
    RETRY(
            "Retry",
            "Let this run begin again where it ended?",
            "With the stage that did not succeed, from its newest checkpoint. Stages that succeeded are kept.",
            "The run begins again."),
    CANCEL(
            "Cancel",
            "Cancel this run?",
            "A training stage under way commits a last checkpoint, then the run ends. Its checkpoints and artifacts stay,"
                    + " and it can be retried later.",
            "The run will end.");

    private final String label;
    private final String question;
    private final String consequence;
    private final String said;

    RunAction(String label, String question, String consequence, String said) {
        this.label = label;
        this.question = question;
        this.consequence = consequence;
        this.said = said;
    }

    public String label() {
        return label;
    }

    /** What is asked before it is done. */
    public String question() {
        return question;
    }

    /** What will happen. */
    public String consequence() {
        return consequence;
    }

    /** What is said when it was taken. */
    public String said() {
        return said;
    }

    /** The last part of its address. */
    public String path() {
        return switch (this) {
            case PAUSE -> "pause";
            case RESUME -> "resume";
            case CHECKPOINT -> "checkpoint";
            case STOP -> "stop";
            case EXTEND -> "extend";
            case SCALE -> "learning-rate-scale";
            case RETRY -> "retry";
            case CANCEL -> "cancel";
        };
    }

    public String method() {
        return this == SCALE ? "PUT" : "POST";
    }

    /** Whether it ends something. */
    public boolean ends() {
        return this == CANCEL || this == STOP;
    }

    /** Those that the run's state allows. */
    static List<RunAction> of(RunView run) {
        boolean trains = run.stages().stream().anyMatch(RunAction::trains);
        List<RunAction> actions = new ArrayList<>();
        switch (run.state()) {
            case "QUEUED" -> actions.add(PAUSE);
            case "RUNNING" -> {
                actions.add(PAUSE);
                if (trains) {
                    actions.addAll(List.of(CHECKPOINT, EXTEND, SCALE, STOP));
                }
            }
            case "PAUSED" -> {
                actions.add(RESUME);
                if (trains) {
                    actions.addAll(List.of(EXTEND, SCALE));
                }
            }
            case "FAILED", "CANCELLED" -> actions.add(RETRY);
            default -> {
                // It is ending, or has succeeded: there is nothing to ask for
            }
        }
        if (List.of("QUEUED", "RUNNING", "PAUSED").contains(run.state())) {
            actions.add(CANCEL);
        }
        return actions;
    }

    private static boolean trains(StageView stage) {
        return stage.state().equals("RUNNING") && Stage.of(stage.name()).trains();
    }
}
