package dev.firn.training.trainer;

import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.WeightsFolder;
import dev.firn.training.kernels.Tensor;
import dev.firn.training.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Copies of weights and moments in memory of their own. */
final class TrainingSnapshot implements Snapshot {
    static final String WEIGHTS = "model.safetensors";
    static final String MOMENTS = "moments.safetensors";
    static final String FIRST = "first.";
    static final String SECOND = "second.";

    private final ParameterLayout layout;
    private final TrainingState state;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment values;
    private final MemorySegment firstMoment;
    private final MemorySegment secondMoment;

    TrainingSnapshot(
            ParameterLayout layout, TrainingState state, Tensor values, Tensor firstMoment, Tensor secondMoment) {
        this.layout = layout;
        this.state = state;
        this.values = copy(values);
        this.firstMoment = copy(firstMoment);
        this.secondMoment = copy(secondMoment);
    }

    private MemorySegment copy(Tensor tensor) {
        MemorySegment copy = arena.allocate(tensor.segment().byteSize(), Long.BYTES);
        return copy.copyFrom(tensor.segment());
    }

    @Override
    public long position() {
        return state.position();
    }

    @Override
    public long totalSteps() {
        return state.totalSteps();
    }

    @Override
    public List<AppliedUpdate> appliedUpdates() {
        return state.updates();
    }

    @Override
    public void write(Path folder) throws IOException {
        WeightsFolder.write(folder, layout, values);
        List<SafetensorsWriter.Item> moments = new ArrayList<>(WeightsFolder.items(layout, firstMoment, FIRST));
        moments.addAll(WeightsFolder.items(layout, secondMoment, SECOND));
        SafetensorsWriter.write(folder.resolve(MOMENTS), moments, Map.of());
        Files.writeString(folder.resolve(TrainingState.FILE), state.toJson());
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
