package dev.firn.bench;

import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.WeightsFolder;
import dev.firn.training.kernels.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Random weights of a shape, without a masked language head. */
final class SampleWeights {
    private static final long SEED = 1;

    private SampleWeights() {}

    /** Writes weights below a folder and returns theirs. */
    static Path write(EncoderConfiguration configuration, Path folder) throws IOException {
        Path weights = Files.createTempDirectory(folder, "weights");
        ParameterLayout layout = new ParameterLayout(configuration, false);
        try (Tensor values = WeightsFolder.initialise(layout, SEED)) {
            WeightsFolder.write(weights, layout, values.segment());
        }
        return weights;
    }
}
