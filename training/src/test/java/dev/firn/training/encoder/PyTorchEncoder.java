package dev.firn.training.encoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Map;
import java.util.function.Supplier;

/** An encoder in PyTorch, from its own operations, with its own gradients: one sequence at a time. */
interface PyTorchEncoder extends AutoCloseable {
    static PyTorchEncoder of(ParameterLayout layout, float[] values) {
        return switch (layout.configuration().family()) {
            case BERT, XLM_ROBERTA -> new Reference(layout, values);
            case GTE -> new GteReference(layout, values);
        };
    }

    /** Rows one after the other. DJL's own {@code concat} loses the gradient of a list of one. */
    static NDArray joined(NDList parts) {
        return parts.size() == 1 ? parts.get(0) : NDArrays.concat(parts, 0);
    }

    NDManager manager();

    /**
     * A number that lives as long as the manager. DJL's operations on a {@code Number} free it at once, although PyTorch
     * keeps its address for the way back: a garbage collection in between makes gradients of what lies there then.
     */
    static NDArray kept(NDManager manager, double number) {
        return manager.create((float) number);
    }

    /** Output of the last layer for one sequence, [tokens, hidden]. */
    NDArray forward(int[] tokens);

    /** Logits of the masked language head. */
    NDArray logits(NDArray states);

    /** Runs the loss under PyTorch's differentiation and gives every parameter's gradient by name. */
    Map<String, float[]> gradients(Supplier<NDArray> loss);

    @Override
    void close();
}
