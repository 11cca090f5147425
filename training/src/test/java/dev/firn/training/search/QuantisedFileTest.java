package dev.firn.training.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class QuantisedFileTest {
    private static final int ROWS = 600;
    private static final int DIMENSION = 20;

    @TempDir
    private Path folder;

    @Test
    void eightAndFourBitsAreTheNearestOfEqualStepsBetweenTheExtremesOfAComponent() throws IOException {
        float[] vectors = Vectors.random(new Random(1), ROWS, DIMENSION);
        for (Quantisation quantisation : new Quantisation[] {Quantisation.EIGHT_BIT, Quantisation.FOUR_BIT}) {
            int last = quantisation == Quantisation.EIGHT_BIT ? 255 : 15;
            float[] quantised = quantised(vectors, DIMENSION, quantisation);
            for (int k = 0; k < DIMENSION; k++) {
                double low = Double.POSITIVE_INFINITY;
                double high = Double.NEGATIVE_INFINITY;
                for (int row = 0; row < ROWS; row++) {
                    low = Math.min(low, vectors[row * DIMENSION + k]);
                    high = Math.max(high, vectors[row * DIMENSION + k]);
                }
                for (int row = 0; row < ROWS; row++) {
                    float value = vectors[row * DIMENSION + k];
                    float nearest = Float.NaN;
                    for (int code = 0; code <= last; code++) {
                        float candidate = (float) (low + code * ((high - low) / last));
                        if (Float.isNaN(nearest) || Math.abs(candidate - value) < Math.abs(nearest - value)) {
                            nearest = candidate;
                        }
                    }
                    assertThat(quantised[row * DIMENSION + k]).isEqualTo(nearest);
                }
            }
        }
    }

    @Test
    void binaryKeepsTheSignAlone() throws IOException {
        float[] quantised = quantised(new float[] {0.6f, -0.8f, 0, 1, 0, -1, 0.5f, 0.5f}, 4, Quantisation.BINARY);
        assertThat(quantised).containsExactly(0.5f, -0.5f, -0.5f, 0.5f, -0.5f, -0.5f, 0.5f, 0.5f);
    }

    @Test
    void aComponentThatIsTheSameEverywhereStaysAsItIs() throws IOException {
        assertThat(quantised(new float[] {0.3f, 1, 0.3f, -1}, 2, Quantisation.FOUR_BIT))
                .containsExactly(0.3f, 1, 0.3f, -1);
    }

    @Test
    void truncatedVectorsAreQuantisedAsTheyAreAfterTruncation() throws IOException {
        Path file = folder.resolve("truncated");
        VectorTable table = VectorTable.of(new float[] {0.6f, 0.8f, 0, 0, 0.1f, 0.1f, 0, 1}, 4)
                .truncated(2);
        new QuantisedFile(Quantisation.EIGHT_BIT).write(table, file);
        try (Arena arena = Arena.ofConfined()) {
            VectorTable written = VectorFile.map(file, arena);
            float[] row = new float[2];
            written.copy(1, row, 0);
            assertThat(row).containsExactly((float) Math.sqrt(0.5), (float) Math.sqrt(0.5));
        }
    }

    @Test
    void bytesAreThoseOfTheCodes() {
        assertThat(Quantisation.NONE.bytes(256)).isEqualTo(1024);
        assertThat(Quantisation.EIGHT_BIT.bytes(256)).isEqualTo(256);
        assertThat(Quantisation.FOUR_BIT.bytes(255)).isEqualTo(128);
        assertThat(Quantisation.BINARY.bytes(260)).isEqualTo(33);
        assertThatThrownBy(() -> new QuantisedFile(Quantisation.NONE)).hasMessage("32-bit floats are not quantised");
    }

    private float[] quantised(float[] vectors, int dimension, Quantisation quantisation) throws IOException {
        Path file = folder.resolve("quantised");
        new QuantisedFile(quantisation).write(VectorTable.of(vectors, dimension), file);
        try (Arena arena = Arena.ofConfined()) {
            VectorTable table = VectorFile.map(file, arena);
            float[] values = new float[vectors.length];
            for (int row = 0; row < table.rows(); row++) {
                table.copy(row, values, row * dimension);
            }
            return values;
        }
    }
}
