package dev.firn.training.trainer;

import static java.util.Objects.requireNonNull;

import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.WeightsFolder;
import dev.firn.training.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Copies of weights and moments. */
final class TrainingSnapshot implements Snapshot {
    static final String WEIGHTS = "model.safetensors";
    static final String MOMENTS = "moments.safetensors";
    static final String FIRST = "first.";
    static final String SECOND = "second.";

    private final ParameterLayout layout;
    private final TrainingState state;
    private final SnapshotMemory memory;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** @param memory claimed for this snapshot, which gives it back */
    TrainingSnapshot(ParameterLayout layout, TrainingState state, SnapshotMemory memory) {
        this.layout = requireNonNull(layout, "layout is null");
        this.state = requireNonNull(state, "state is null");
        this.memory = requireNonNull(memory, "memory is null");
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
        if (closed.get()) {
            throw new IllegalStateException("the snapshot is closed");
        }
        WeightsFolder.write(folder, layout, memory.values().segment());
        List<SafetensorsWriter.Item> moments =
                new ArrayList<>(WeightsFolder.items(layout, memory.firstMoment().segment(), FIRST));
        moments.addAll(WeightsFolder.items(layout, memory.secondMoment().segment(), SECOND));
        SafetensorsWriter.write(folder.resolve(MOMENTS), moments, Map.of());
        Files.writeString(folder.resolve(TrainingState.FILE), state.toJson());
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            memory.giveBack();
        }
    }
}
