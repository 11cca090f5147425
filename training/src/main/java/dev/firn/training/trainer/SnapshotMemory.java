package dev.firn.training.trainer;

import dev.firn.training.kernels.Memory;
import dev.firn.training.kernels.Tensor;
import java.util.List;

/**
 * Copies of weights and moments, for one snapshot after the other. A snapshot may be closed by another thread, and after the training
 * was: the memory goes when neither has it any more.
 */
final class SnapshotMemory implements AutoCloseable {
    private final Tensor values;
    private final Tensor firstMoment;
    private final Tensor secondMoment;
    private boolean kept = true;
    private boolean claimed;

    SnapshotMemory(int length, Memory memory) {
        this.values = memory.tensor(1, length);
        this.firstMoment = memory.tensor(1, length);
        this.secondMoment = memory.tensor(1, length);
    }

    /** Memory that is claimed, and goes when it is given back. */
    static SnapshotMemory forOneSnapshot(int length, Memory memory) {
        SnapshotMemory copies = new SnapshotMemory(length, memory);
        copies.claim();
        copies.close();
        return copies;
    }

    /** Takes the memory for a snapshot. Whether it was free. */
    synchronized boolean claim() {
        boolean free = !claimed;
        claimed = true;
        return free;
    }

    void copy(Tensor newValues, Tensor newFirstMoment, Tensor newSecondMoment) {
        values.segment().copyFrom(newValues.segment());
        firstMoment.segment().copyFrom(newFirstMoment.segment());
        secondMoment.segment().copyFrom(newSecondMoment.segment());
    }

    Tensor values() {
        return values;
    }

    Tensor firstMoment() {
        return firstMoment;
    }

    Tensor secondMoment() {
        return secondMoment;
    }

    /** Gives the memory back: the snapshot is done with it. */
    synchronized void giveBack() {
        claimed = false;
        freeWhenUnused();
    }

    /** Keeps the memory for no further snapshot. */
    @Override
    public synchronized void close() {
        kept = false;
        freeWhenUnused();
    }

    private void freeWhenUnused() {
        if (!kept && !claimed) {
            List.of(values, firstMoment, secondMoment).forEach(Tensor::close);
        }
    }
}
