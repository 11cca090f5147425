package dev.firn.bench;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * How to measure.
 *
 * @param runs of each piece of work, of which the median is taken
 * @param threads of each peer
 * @param quick whether small sizes will do: for a look, not for a comparison
 * @param work folder for weights and logs of this call, removed afterwards
 * @param artifacts folder where downloaded artifacts are kept
 * @param root folder of the repository, beside which further data is looked for
 */
record BenchSettings(int runs, int threads, boolean quick, Path work, Path artifacts, Path root) {
    BenchSettings {
        requireNonNull(work, "work is null");
        requireNonNull(artifacts, "artifacts is null");
        requireNonNull(root, "root is null");
    }

    /** Tells on standard error how far the measuring is. */
    void progress(String text) {
        System.err.println("bench: " + text);
    }
}
