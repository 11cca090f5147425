package dev.firn.activities.submission;

import static java.util.Objects.requireNonNull;

import dev.firn.activities.stage.StageMemory;
import dev.firn.training.kernels.AvailableMemory;
import dev.firn.training.trainer.TrainingMemory;
import dev.firn.workflows.stage.Stage;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.Optional;

/**
 * The memory that a run needs at its widest.
 *
 * @param stage the train stage that takes the most
 * @param training what it takes
 * @param processBytes what the process holds besides: what this server's Java has committed now, and the native libraries
 * @param availableBytes what a training could take on this server now
 * @param shortage what to tell when that is less than the training takes
 */
public record MemoryNeed(
        Stage stage, TrainingMemory training, long processBytes, long availableBytes, Optional<String> shortage) {
    /** ND4J, OpenBLAS with its buffers, the tokenizers and the virtual machine itself: resident after a first small product. */
    private static final long LIBRARY_BYTES = 100_000_000;

    public MemoryNeed {
        requireNonNull(stage, "stage is null");
        requireNonNull(training, "training is null");
        requireNonNull(shortage, "shortage is null");
    }

    static MemoryNeed of(StageMemory largest) {
        AvailableMemory available = AvailableMemory.now();
        MemoryMXBean java = ManagementFactory.getMemoryMXBean();
        TrainingMemory training = largest.memory();
        return new MemoryNeed(
                largest.stage(),
                training,
                LIBRARY_BYTES
                        + java.getHeapMemoryUsage().getCommitted()
                        + java.getNonHeapMemoryUsage().getCommitted(),
                available.bytes(),
                training.bytes() > available.bytes()
                        ? Optional.of(training.shortageMessage(available))
                        : Optional.empty());
    }

    /** All of it, that of the process included. */
    public long bytes() {
        return training.bytes() + processBytes;
    }
}
