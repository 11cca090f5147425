package dev.firn.training.trainer;

import static java.util.Objects.requireNonNull;

import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.WeightsFolder;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.optimizer.AdamW;
import dev.firn.training.optimizer.TouchedRows;
import dev.firn.training.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The loop around an objective: gradient, clipping, AdamW, schedule, snapshots. */
final class StandardTrainingLoop implements TrainingLoop {
    private final TrainedParameters parameters;
    private final ParameterLayout layout;
    private final ComputeContext context;
    private final OptimizationSettings settings;
    private final Tensor values;
    private final Tensor gradients;
    private final AdamW optimizer;
    private final Objective objective;
    private final TouchedRows touched;
    private final List<AppliedUpdate> updates = new ArrayList<>();

    private long position;
    private long totalSteps;
    private boolean broken;

    StandardTrainingLoop(
            TrainedParameters parameters,
            Objective objective,
            TrainingLength length,
            OptimizationSettings settings,
            ComputeContext context) {
        this.parameters = requireNonNull(parameters, "parameters is null");
        this.layout = parameters.layout();
        this.context = requireNonNull(context, "context is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.values = parameters.values();
        this.gradients = parameters.gradients();
        this.optimizer = parameters.optimizer();
        this.objective = requireNonNull(objective, "objective is null");
        this.touched = new TouchedRows(layout.configuration().vocabularySize());
        this.totalSteps = length.steps(objective.stepsPerEpoch());
    }

    /**
     * Reads the weights and builds a loop around them.
     *
     * @param objective made of the parameters
     */
    static StandardTrainingLoop open(
            Path weights,
            ParameterLayout layout,
            Function<TrainedParameters, Objective> objective,
            TrainingLength length,
            OptimizationSettings settings,
            ComputeContext context)
            throws IOException {
        Tensor values = WeightsFolder.read(weights, layout, context.memory());
        TrainedParameters parameters = new TrainedParameters(layout, values, settings.adamW(), context);
        try {
            return new StandardTrainingLoop(parameters, objective.apply(parameters), length, settings, context);
        } catch (RuntimeException | OutOfMemoryError e) {
            parameters.close();
            throw e;
        }
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public long totalSteps() {
        return totalSteps;
    }

    @Override
    public long stepsPerEpoch() {
        return objective.stepsPerEpoch();
    }

    @Override
    public StepReport step() {
        checkUsable();
        if (position >= totalSteps) {
            throw new IllegalStateException("all " + totalSteps + " steps are done");
        }
        double learningRate = learningRate();
        Objective.Outcome outcome = objective.accumulate(position, touched);
        double norm = optimizer.norm(gradients, touched);
        if (!Double.isFinite(outcome.loss()) || !Double.isFinite(norm)) {
            float largest = context.kernels().largestMagnitude(gradients, 0, gradients.length());
            gradients.segment().fill((byte) 0);
            touched.clear();
            throw new NonFiniteLossException(position, outcome.loss(), learningRate, largest);
        }
        optimizer.update(values, gradients, learningRate, norm, settings.clipNorm(), position, touched);
        touched.clear();
        StepReport report = new StepReport(
                position, outcome.loss(), learningRate, norm, outcome.tokens(), outcome.examples(), outcome.source());
        position++;
        return report;
    }

    private double learningRate() {
        double scale = 1;
        for (AppliedUpdate update : updates) {
            switch (update) {
                case AppliedUpdate.LearningRateScaled scaled -> scale = scaled.factor();
                case AppliedUpdate.Extended _ -> {}
            }
        }
        return settings.schedule().learningRate(position, totalSteps) * scale;
    }

    private void checkUsable() {
        if (broken) {
            throw new IllegalStateException(
                    "a snapshot was restored in part only; restore another, or open the training anew");
        }
    }

    @Override
    public Snapshot snapshot() {
        checkUsable();
        return parameters.snapshot(new TrainingState(position, totalSteps, updates, context.threads()));
    }

    @Override
    public void restore(Path folder) throws IOException {
        TrainingState state = TrainingState.read(folder);
        readTensors(folder);
        position = state.position();
        totalSteps = state.totalSteps();
        updates.clear();
        updates.addAll(state.updates());
    }

    @Override
    public void branchFrom(Path folder) throws IOException {
        TrainingState state = TrainingState.read(folder);
        if (state.position() > totalSteps) {
            throw new IllegalArgumentException("the snapshot is of step " + state.position() + ", after the last step, "
                    + totalSteps + ", of this training");
        }
        readTensors(folder);
        position = state.position();
        updates.clear();
    }

    private void readTensors(Path folder) throws IOException {
        broken = true;
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(TrainingSnapshot.WEIGHTS))) {
            WeightsFolder.readInto(file, layout, values, "");
        }
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(TrainingSnapshot.MOMENTS))) {
            WeightsFolder.readInto(file, layout, optimizer.firstMoment(), TrainingSnapshot.FIRST);
            WeightsFolder.readInto(file, layout, optimizer.secondMoment(), TrainingSnapshot.SECOND);
        }
        optimizer.momentsReplaced();
        gradients.segment().fill((byte) 0);
        touched.clear();
        broken = false;
    }

    @Override
    public void scaleLearningRate(double factor) {
        if (!(factor > 0) || Double.isInfinite(factor)) {
            throw new IllegalArgumentException("factor must be above 0, is " + factor);
        }
        updates.add(new AppliedUpdate.LearningRateScaled(position, factor));
    }

    @Override
    public void extend(long steps) {
        if (steps <= 0) {
            throw new IllegalArgumentException("steps must be above 0, is " + steps);
        }
        totalSteps = Math.addExact(totalSteps, steps);
        updates.add(new AppliedUpdate.Extended(position, steps));
    }

    @Override
    public List<AppliedUpdate> appliedUpdates() {
        return List.copyOf(updates);
    }

    @Override
    public void saveWeights(Path folder) throws IOException {
        checkUsable();
        WeightsFolder.write(folder, layout, values.segment());
    }

    @Override
    public void close() {
        objective.close();
        parameters.close();
    }
}
