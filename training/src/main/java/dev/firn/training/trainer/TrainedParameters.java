package dev.firn.training.trainer;

import static java.util.Objects.requireNonNull;

import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.kernels.ComputeContext;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.optimizer.AdamW;
import dev.firn.training.optimizer.AdamWSettings;

/** All that a training holds for each parameter: its value, gradient and moments, and the copies for a snapshot. */
final class TrainedParameters implements AutoCloseable {
    private final ParameterLayout layout;
    private final ComputeContext context;
    private final Tensor values;
    private final Tensor gradients;
    private final AdamW optimizer;
    private final SnapshotMemory snapshotMemory;

    /** @param values closed with this */
    TrainedParameters(ParameterLayout layout, Tensor values, AdamWSettings settings, ComputeContext context) {
        this.layout = requireNonNull(layout, "layout is null");
        this.context = requireNonNull(context, "context is null");
        this.values = requireNonNull(values, "values is null");
        this.gradients = context.memory().tensor(1, values.columns());
        this.optimizer = new AdamW(layout, settings, context);
        this.snapshotMemory = new SnapshotMemory(values.columns(), context.memory());
    }

    ParameterLayout layout() {
        return layout;
    }

    /** All parameters, laid out flat. */
    Tensor values() {
        return values;
    }

    /** Their gradients. */
    Tensor gradients() {
        return gradients;
    }

    AdamW optimizer() {
        return optimizer;
    }

    /** Copies values and moments: into the memory kept for it, or into new memory while another snapshot has that. */
    TrainingSnapshot snapshot(TrainingState state) {
        SnapshotMemory memory = snapshotMemory.claim()
                ? snapshotMemory
                : SnapshotMemory.forOneSnapshot(values.columns(), context.memory());
        memory.copy(values, optimizer.firstMoment(), optimizer.secondMoment());
        return new TrainingSnapshot(layout, state, memory);
    }

    @Override
    public void close() {
        snapshotMemory.close();
        optimizer.close();
        gradients.close();
        values.close();
    }
}
