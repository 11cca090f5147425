package dev.firn.workflows.stage;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The stages of a training run, in their order. */
public enum Stage {
    /** Reads the sources, holds the evaluation part back, makes the vocabulary, and stores texts as tokens. */
    PREPARE(2),
    /** Masked language modelling, of random weights or of weights from elsewhere. */
    INITIALISE(3),
    /** Keeps the pairs that a teacher finds consistent. */
    FILTER(2),
    /** Contrastive training with random negatives. */
    PRETRAIN(5),
    /** Finds hard negatives with a teacher. */
    MINE(2),
    /** Contrastive training with the mined negatives. */
    FINETUNE(5),
    /** Measures retrieval quality after each train stage, beside BM25. */
    EVALUATE(3),
    /** Writes the model's folder, registers a version, and moves the alias when the gate is met. */
    REGISTER(1);

    private final int codeVersion;

    Stage(int codeVersion) {
        this.codeVersion = codeVersion;
    }

    /** Raised whenever a change of code changes the bits of the stage's outputs. */
    public int codeVersion() {
        return codeVersion;
    }

    /** The stages whose outputs this one reads. */
    public List<Stage> upstream() {
        return switch (this) {
            case PREPARE -> List.of();
            case INITIALISE, FILTER -> List.of(PREPARE);
            case PRETRAIN -> List.of(INITIALISE, FILTER);
            case MINE -> List.of(FILTER);
            case FINETUNE -> List.of(PRETRAIN, MINE);
            case EVALUATE -> List.of(PREPARE, INITIALISE, PRETRAIN, FINETUNE);
            case REGISTER -> List.of(EVALUATE);
        };
    }

    /** Whether it trains step by step, with checkpoints. */
    public boolean trains() {
        return switch (this) {
            case INITIALISE, PRETRAIN, FINETUNE -> true;
            case PREPARE, FILTER, MINE, EVALUATE, REGISTER -> false;
        };
    }

    /** Whether its work is divided into shards, which several workers can do side by side. */
    public boolean divides() {
        return switch (this) {
            case FILTER, MINE -> true;
            case PREPARE, INITIALISE, PRETRAIN, FINETUNE, EVALUATE, REGISTER -> false;
        };
    }

    /** Whether a finished execution may be taken over; registering weighs its gate every time. */
    public boolean reusable() {
        return this != REGISTER;
    }

    /** The name as it stands in specifications, addresses and tables. */
    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The stage of a name.
     *
     * @throws IllegalArgumentException naming the stages there are
     */
    @JsonCreator
    public static Stage of(String label) {
        return Arrays.stream(values())
                .filter(stage -> stage.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No stage is named " + label + "; there are "
                        + Arrays.stream(values()).map(Stage::label).toList()));
    }
}
