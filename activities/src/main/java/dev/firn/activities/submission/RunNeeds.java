package dev.firn.activities.submission;

import static java.util.Objects.requireNonNull;

import dev.firn.training.data.DataInspection;
import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.EncoderFamily;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.workflows.specification.CheckpointsSpecification;
import dev.firn.workflows.specification.ContrastiveSpecification;
import dev.firn.workflows.specification.RunSpecification;
import dev.firn.workflows.stage.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a run takes besides memory: tokens to train on, time, storage.
 *
 * <p>Tokens are an upper bound: every text is counted as long as its stage lets it be, and nothing is padded. The arithmetic of a token
 * is that of Kaplan et al. (arXiv 2001.08361): six operations for each weight that multiplies, two of them forward, and two more where
 * activations are computed again; attention's share, which grows with the length, is left out. Filtering, mining and evaluating
 * are not counted: they follow the teacher and the texts.
 *
 * @param parameters weights of the encoder, its words among them
 * @param stages the train stages
 * @param checkpointBytes of one checkpoint: weights and two moments
 * @param storageBytes of the checkpoints that are kept at most, of the stages' weights and of the model; without the texts
 */
public record RunNeeds(long parameters, List<StageNeed> stages, long checkpointBytes, long storageBytes) {
    /** What two cores of these days do in the large matrix products of a training; assumed where no speed is given. */
    public static final double ASSUMED_OPERATIONS_PER_SECOND = 100e9;

    private static final double SECONDS_PER_HOUR = 3600;
    private static final int NUMBER_BYTES = 4;
    private static final int NUMBERS_OF_A_CHECKPOINT = 3;
    private static final int OPERATIONS_PER_WEIGHT = 6;
    private static final int OPERATIONS_PER_WEIGHT_AGAIN = 2;
    /** Of a run: untrained, initialised, pretrained, finetuned weights, and the model. */
    private static final int WEIGHTS_KEPT = 5;

    public RunNeeds {
        stages = List.copyOf(stages);
    }

    /**
     * What a train stage takes.
     *
     * @param steps nothing where epochs decide, and the pairs are not there to be counted
     * @param tokens at most
     * @param operationsPerToken of arithmetic
     */
    public record StageNeed(Stage stage, Optional<Long> steps, Optional<Long> tokens, long operationsPerToken) {
        public StageNeed {
            requireNonNull(stage, "stage is null");
            requireNonNull(steps, "steps is null");
            requireNonNull(tokens, "tokens is null");
        }

        /** The speed, or the assumed one where none is given. */
        public double tokensPerSecond(Optional<Double> given) {
            return given.orElse(ASSUMED_OPERATIONS_PER_SECOND / Math.max(1, operationsPerToken));
        }

        /** The hours at a speed; at the assumed one where none is given. */
        public Optional<Double> hours(Optional<Double> given) {
            return tokens.map(count -> count / tokensPerSecond(given) / SECONDS_PER_HOUR);
        }
    }

    /**
     * Counts what a run takes.
     *
     * @param encoder as it will be trained
     * @param data the pairs, when they are there
     */
    static RunNeeds of(RunSpecification specification, EncoderConfiguration encoder, Optional<DataInspection> data) {
        long parameters = new ParameterLayout(encoder, false).length();
        List<StageNeed> stages = new ArrayList<>();
        long kept = 0;
        if (specification.initialise().steps() > 0) {
            long steps = specification.initialise().steps();
            long predicted =
                    (long) (specification.initialise().maskProbability() * encoder.vocabularySize() * encoder.hidden());
            stages.add(new StageNeed(
                    Stage.INITIALISE,
                    Optional.of(steps),
                    Optional.of(steps
                            * specification.initialise().batchSize()
                            * specification.initialise().maximumTokens()),
                    operations(
                            multiplied(encoder) + predicted,
                            specification.initialise().activationCheckpointing())));
            kept += kept(specification.initialise().checkpoints(), steps);
        }
        kept += contrastive(Stage.PRETRAIN, specification, specification.pretrain(), 0, encoder, data, stages);
        kept += contrastive(
                Stage.FINETUNE,
                specification,
                specification.finetune(),
                specification.mine().negatives(),
                encoder,
                data,
                stages);
        long checkpointBytes = NUMBERS_OF_A_CHECKPOINT * NUMBER_BYTES * parameters;
        return new RunNeeds(
                parameters, stages, checkpointBytes, kept * checkpointBytes + WEIGHTS_KEPT * NUMBER_BYTES * parameters);
    }

    private static long contrastive(
            Stage stage,
            RunSpecification specification,
            ContrastiveSpecification settings,
            int negatives,
            EncoderConfiguration encoder,
            Optional<DataInspection> data,
            List<StageNeed> stages) {
        Optional<Long> steps = settings.steps() != null
                ? Optional.of(settings.steps())
                : data.map(inspection -> epochs(stage, specification, settings, inspection));
        long perSet = settings.queryTokens() + (1L + negatives) * settings.documentTokens();
        stages.add(new StageNeed(
                stage,
                steps,
                steps.map(count -> count * settings.batchSize() * perSet),
                operations(multiplied(encoder), settings.activationCheckpointing())));
        return kept(settings.checkpoints(), steps.orElse(1L));
    }

    /** At most: the filter and the miner leave some pairs out. */
    private static long epochs(
            Stage stage, RunSpecification specification, ContrastiveSpecification settings, DataInspection data) {
        Predicate<String> wanted = SourcePatterns.matching(
                stage == Stage.PRETRAIN
                        ? settings.sources()
                        : specification.mine().sources());
        return data.sources().stream()
                .filter(source -> wanted.test(source.name()))
                .mapToLong(source -> settings.epochs() * Math.max(1, source.pairs() / settings.batchSize()))
                .sum();
    }

    /** Weights that a token is multiplied with: those of the layers, not the words. */
    private static long multiplied(EncoderConfiguration encoder) {
        long hidden = encoder.hidden();
        long feedForward = encoder.family() == EncoderFamily.GTE ? 3 : 2;
        return encoder.layers() * (4 * hidden * hidden + feedForward * hidden * encoder.intermediate());
    }

    private static long operations(long multiplied, boolean again) {
        return multiplied * (OPERATIONS_PER_WEIGHT + (again ? OPERATIONS_PER_WEIGHT_AGAIN : 0));
    }

    /** How many checkpoints of a stage there are at once at most. One that decides by time alone is taken to keep two. */
    private static long kept(CheckpointsSpecification checkpoints, long steps) {
        long all = checkpoints.everySteps() == null
                ? 2
                : Math.max(1, (steps + checkpoints.everySteps() - 1) / checkpoints.everySteps());
        if (checkpoints.keepLast() == null) {
            return all;
        }
        // One more while the next is written
        long last = checkpoints.keepLast() + 1L;
        long milestones = checkpoints.keepEverySteps() == null ? 0 : steps / checkpoints.keepEverySteps();
        return Math.min(all, last + milestones);
    }
}
