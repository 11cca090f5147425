package dev.firn.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.firn.training.encoder.EncoderConfiguration;
import dev.firn.training.encoder.ParameterLayout;
import dev.firn.training.encoder.WeightsFolder;
import dev.firn.training.kernels.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The comparison is one of equals: from equal weights and batches, both peers' losses go the same way. */
final class PeersAgreeTest {
    private static final int VOCABULARY = 50;
    private static final int UPDATES = 4;

    @TempDir
    private Path folder;

    static Stream<Arguments> lengths() {
        return Stream.of(
                Arguments.argumentSet("equal lengths, without a mask", new int[] {7, 7, 7}, new int[] {7}),
                Arguments.argumentSet("padded columns", new int[] {3, 9, 1}, new int[] {20, 2}));
    }

    @ParameterizedTest
    @MethodSource("lengths")
    void theLossBeforeAndAfterEachUpdateIsThatOfPyTorch(int[] queries, int[] documents) throws IOException {
        // DJL reads it when PyTorch is loaded
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        EncoderConfiguration configuration = EncoderConfiguration.bert(VOCABULARY, 24, 2, 3, 40, 32);
        ParameterLayout layout = new ParameterLayout(configuration, false);
        try (Tensor values = WeightsFolder.initialise(layout, 1)) {
            WeightsFolder.write(folder, layout, values.segment());
        }
        Random random = new Random(2);
        TrainingWork work = new TrainingWork(folder.toString(), 2, 1e-2, new int[][][][] {
            {texts(queries, random), texts(documents, random)}
        });
        try (FirnTraining firn = new FirnTraining(work, false);
                PyTorchTraining pytorch = new PyTorchTraining(work)) {
            double before = Double.NaN;
            for (int update = 0; update < UPDATES; update++) {
                double own = firn.run("steps").get("loss");
                double other = pytorch.run("steps").get("loss");
                assertThat(own).as("loss after %s updates", update).isCloseTo(other, within(1e-4 * other));
                // Were nothing updated, the two would agree as well
                assertThat(other).isNotEqualTo(before);
                before = other;
            }
        }
    }

    private static int[][] texts(int[] lengths, Random random) {
        return Arrays.stream(lengths)
                .mapToObj(length -> random.ints(length, 1, VOCABULARY).toArray())
                .toArray(int[][]::new);
    }
}
