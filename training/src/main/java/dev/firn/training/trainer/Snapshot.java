package dev.firn.training.trainer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A copy of everything the next steps depend on; training may go on while it is written by another thread. */
public interface Snapshot extends AutoCloseable {
    /** Steps done when the copy was made. */
    long position();

    /** Length of the run, as extended so far. */
    long totalSteps();

    /** Updates that were in force. */
    List<AppliedUpdate> appliedUpdates();

    /**
     * Writes the copy: {@code config.json}, {@code model.safetensors} (weights), {@code moments.safetensors} (AdamW's two moments),
     * {@code training.json} (position, length, updates, fingerprint). The same state gives the same bytes.
     *
     * @param folder exists or is made; files of these names are replaced
     */
    void write(Path folder) throws IOException;

    /** Frees the copy. */
    @Override
    void close();
}
