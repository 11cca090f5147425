package dev.firn.bench.drill;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * A specification that is drilled with.
 *
 * @param resource its name beside this class
 * @param everySteps how many steps lie between two checkpoints of each of its train stages
 */
record Exercise(String resource, int everySteps) {
    /** About a minute on two cores. */
    static final Exercise STANDARD = new Exercise("drill.yaml", 10);

    /** Some twenty seconds on two cores. */
    static final Exercise SHORT = new Exercise("drill-short.yaml", 5);

    Exercise {
        requireNonNull(resource, "resource is null");
    }

    /** The specification as YAML. */
    byte[] specification() {
        try (InputStream stream = requireNonNull(
                Exercise.class.getResourceAsStream(resource), "the specification is not on the class path")) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
