package dev.firn.training.trainer;

import dev.firn.training.batch.PairSource;
import dev.firn.training.batch.TokenTable;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.WeightsFolder;
import dev.firn.training.kernels.ComputeContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A training, step by step. Its weights after step n are a function of the starting weights, the data, the settings with their
 * seed, the number of threads, the {@link dev.firn.training.numerics.NumericsFingerprint} and the {@linkplain #appliedUpdates()
 * updates}: restoring a snapshot and going on gives the bits of a run that was left alone.
 *
 * <p>All its memory is taken when it is opened, for the largest batch and one snapshot at a time: a training that begins goes on.
 *
 * <p>Not thread-safe: one thread drives a loop. Only a {@link Snapshot} may be used elsewhere.
 */
public interface TrainingLoop extends AutoCloseable {
    /**
     * A masked language training of the weights in a folder, which must hold the head too.
     *
     * @throws IOException when a file is missing or broken
     * @throws IllegalArgumentException when texts, settings and weights do not fit each other
     * @throws MemoryShortageException when there is not the memory that it takes; says how much that is, and what to change
     */
    static TrainingLoop maskedLanguage(
            Path weights, TokenTable texts, MaskedLanguageSettings settings, ComputeContext context)
            throws IOException {
        ParameterLayout layout = new ParameterLayout(WeightsFolder.readConfiguration(weights), true);
        return TrainingMemory.maskedLanguage(layout.configuration(), settings, context.counting())
                .take(() -> StandardTrainingLoop.open(
                        weights,
                        layout,
                        parameters -> new MaskedLanguageObjective(
                                layout, parameters.values(), parameters.gradients(), texts, settings, context),
                        settings.length(),
                        settings.optimization(),
                        context));
    }

    /**
     * A contrastive training of the weights in a folder; a masked language head is left out.
     *
     * @throws IOException when a file is missing or broken
     * @throws IllegalArgumentException when data, settings and weights do not fit each other
     * @throws MemoryShortageException when there is not the memory that it takes; says how much that is, and what to change
     */
    static TrainingLoop contrastive(
            Path weights,
            TokenTable queries,
            TokenTable documents,
            List<PairSource> sources,
            ContrastiveSettings settings,
            ComputeContext context)
            throws IOException {
        ParameterLayout layout = new ParameterLayout(WeightsFolder.readConfiguration(weights), false);
        int negativesPerPair = ContrastiveObjective.mostNegatives(sources);
        return TrainingMemory.contrastive(layout.configuration(), settings, negativesPerPair, context.counting())
                .take(() -> StandardTrainingLoop.open(
                        weights,
                        layout,
                        parameters -> new ContrastiveObjective(
                                layout,
                                parameters.values(),
                                parameters.gradients(),
                                queries,
                                documents,
                                sources,
                                settings,
                                context),
                        settings.length(),
                        settings.optimization(),
                        context));
    }

    /** Steps done. */
    long position();

    /** Length of the run, as extended so far. */
    long totalSteps();

    /** Steps of one pass over the data. */
    long stepsPerEpoch();

    /**
     * Runs the next step.
     *
     * @throws IllegalStateException when all steps are done
     * @throws NonFiniteLossException when the loss or a gradient is not finite; the weights stay as they were
     */
    StepReport step();

    /** Copies what the next step depends on. */
    Snapshot snapshot();

    /**
     * Continues from a written snapshot, in the same bits.
     *
     * @throws IOException when a file is missing or broken, or its tensors are not those of this model
     */
    void restore(Path folder) throws IOException;

    /**
     * Goes on from a written snapshot of another training of the same shape: weights, moments and position are its own; the
     * length, and the updates, stay this training's.
     *
     * @throws IOException when a file is missing or broken, or its tensors are not those of this model
     * @throws IllegalArgumentException when this training is shorter than what the other had done
     */
    void branchFrom(Path folder) throws IOException;

    /** From the next step on, learning rates are the schedule's times {@code factor}, which takes the place of an earlier one. */
    void scaleLearningRate(double factor);

    /** Makes the run longer by {@code steps}. */
    void extend(long steps);

    /** All updates so far, in order. */
    List<AppliedUpdate> appliedUpdates();

    /** Writes {@code config.json} and {@code model.safetensors} (fp32, Hugging Face names). */
    void saveWeights(Path folder) throws IOException;

    @Override
    void close();
}
