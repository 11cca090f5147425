package dev.firn.training.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Named tensors in files, read one by one. Not for use by several threads at once. */
public interface TensorSource extends AutoCloseable {
    /** Names of all tensors. */
    List<String> names();

    /** Shape of a tensor; empty when there is none of this name. */
    Optional<List<Long>> shape(String name);

    /** Whether there is a tensor of this name. */
    default boolean contains(String name) {
        return shape(name).isPresent();
    }

    /**
     * Reads a tensor as floats, row by row; half precision becomes single precision exactly.
     *
     * @param target exactly as many floats as the tensor has values
     * @throws IOException when there is no such tensor, it is not of floating point, of another size, or cannot be read
     */
    void read(String name, MemorySegment target) throws IOException;

    /** The file that holds a tensor, for messages; the file that would have to when there is no tensor of this name. */
    Path place(String name);

    @Override
    void close() throws IOException;
}
