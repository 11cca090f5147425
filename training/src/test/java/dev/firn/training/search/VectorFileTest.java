package dev.firn.training.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.firn.training.ProgressListener;
import dev.firn.training.model.TextEmbedder;
import dev.firn.training.model.TextKind;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VectorFileTest {
    @TempDir
    private Path folder;

    /** Gives (length of the text, number of texts embedded so far). */
    private static final class Counting implements TextEmbedder {
        private int embedded;

        @Override
        public int dimension() {
            return 2;
        }

        @Override
        public float[] embed(TextKind kind, List<String> texts, ProgressListener progress) {
            float[] vectors = new float[2 * texts.size()];
            for (int i = 0; i < texts.size(); i++) {
                vectors[2 * i] = texts.get(i).length();
                vectors[2 * i + 1] = ++embedded;
                progress.progress(i + 1, texts.size());
            }
            return vectors;
        }
    }

    @Test
    void aPassWritesWhatIsReadBackAndIsNotRepeated() throws IOException {
        Path file = folder.resolve("vectors.npy");
        Counting embedder = new Counting();
        VectorPass pass = new VectorPass(embedder, "a");
        pass.write(file, TextKind.QUERY, 3, "x"::repeat, ProgressListener.NONE);
        pass.write(file, TextKind.QUERY, 3, "x"::repeat, ProgressListener.NONE);
        assertThat(embedder.embedded).isEqualTo(3);
        try (Arena arena = Arena.ofConfined()) {
            VectorTable table = VectorFile.map(file, arena);
            assertThat(table.rows()).isEqualTo(3);
            assertThat(row(table, 2)).containsExactly(2, 3);
        }
        assertThat(folder.toFile().list()).containsExactly("vectors.npy");
        String header = new String(Files.readAllBytes(file), 0, 128, StandardCharsets.ISO_8859_1);
        assertThat(header)
                .startsWith(
                        "\u0093NUMPY\u0001\u0000v\u0000{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), } ")
                .endsWith(" \n");
    }

    @Test
    void aStoppedPassGoesOnBehindItsLastFinishedWindow() throws IOException {
        Path file = folder.resolve("vectors.npy");
        Counting first = new Counting();
        assertThatThrownBy(() -> new VectorPass(first, "a")
                        .write(file, TextKind.QUERY, 5000, row -> "", (done, total) -> {
                            if (done > 2048) {
                                throw new CancellationException("enough");
                            }
                        }))
                .isInstanceOf(CancellationException.class);
        assertThat(first.embedded).as("stopped in the middle of a window").isEqualTo(2049);
        assertThatThrownBy(() -> VectorFile.map(file, Arena.ofAuto()))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("16384 bytes do not hold 5000 rows of 2 floats");
        // What a machine that lost its power may have left behind the last finished window
        Files.write(file, new byte[777], StandardOpenOption.APPEND);
        Counting second = new Counting();
        new VectorPass(second, "a").write(file, TextKind.QUERY, 5000, row -> "", ProgressListener.NONE);
        assertThat(second.embedded).isEqualTo(5000 - 2048);
        try (Arena arena = Arena.ofConfined()) {
            VectorTable table = VectorFile.map(file, arena);
            assertThat(row(table, 2047)).containsExactly(0, 2048);
            assertThat(row(table, 2048)).containsExactly(0, 1);
            assertThat(row(table, 4999)).containsExactly(0, 2952);
        }
    }

    @Test
    void aStoppedPassOfAnotherDefinitionIsBegunAnew() throws IOException {
        Path file = folder.resolve("vectors.npy");
        assertThatThrownBy(() -> new VectorPass(new Counting(), "a")
                        .write(file, TextKind.QUERY, 5000, row -> "", (done, total) -> {
                            if (done > 0) {
                                throw new CancellationException("enough");
                            }
                        }))
                .isInstanceOf(CancellationException.class);
        Counting other = new Counting();
        new VectorPass(other, "b").write(file, TextKind.QUERY, 5000, row -> "", ProgressListener.NONE);
        assertThat(other.embedded).isEqualTo(5000);
    }

    @Test
    void partsThatAreCutAtWindowsMakeTheFileOfOnePass() throws IOException {
        Path whole = folder.resolve("whole.npy");
        new VectorPass(new Counting(), "a").write(whole, TextKind.QUERY, 3000, "x"::repeat, ProgressListener.NONE);
        Path first = folder.resolve("first.npy");
        Path second = folder.resolve("second.npy");
        VectorPass pass = new VectorPass(new Counting(), "a");
        pass.write(first, TextKind.QUERY, 2048, "x"::repeat, ProgressListener.NONE);
        pass.write(second, TextKind.QUERY, 952, row -> "x".repeat(2048 + row), ProgressListener.NONE);

        Path together = folder.resolve("together.npy");
        VectorFile.concatenate(together, List.of(first, second), 2);

        assertThat(together).hasSameBinaryContentAs(whole);
        VectorFile.concatenate(together, List.of(), 2);
        try (Arena arena = Arena.ofConfined()) {
            assertThat(VectorFile.map(together, arena).rows()).isZero();
        }
        assertThatThrownBy(() -> VectorFile.concatenate(together, List.of(first), 3))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("vectors of 2 components, not 3");
    }

    @Test
    void filesThatAreNotWhatTheyShouldBeAreRefused() throws IOException {
        Path file = folder.resolve("vectors.npy");
        Files.write(file, new byte[10]);
        assertThatThrownBy(() -> VectorFile.map(file, Arena.ofAuto()))
                .hasMessageEndingWith("too short for a vector file");
        Files.write(file, new byte[200]);
        assertThatThrownBy(() -> VectorFile.map(file, Arena.ofAuto()))
                .hasMessageEndingWith("not a NumPy file of version 1.0");
        byte[] good = new byte[128 + 8];
        VectorFile.header(1, 2).get(good, 0, 128);
        Files.write(file, good);
        try (Arena arena = Arena.ofConfined()) {
            assertThat(VectorFile.map(file, arena).rows()).isEqualTo(1);
        }
        Files.write(file, Arrays.copyOf(good, good.length - 1));
        assertThatThrownBy(() -> VectorFile.map(file, Arena.ofAuto()))
                .hasMessageEndingWith("7 bytes do not hold 1 rows of 2 floats");
        byte[] lying = good.clone();
        VectorFile.header(2_000_000_000, 2_000_000_000).get(lying, 0, 128);
        Files.write(file, lying);
        assertThatThrownBy(() -> VectorFile.map(file, Arena.ofAuto())).hasMessageContaining("do not hold");
    }

    private static float[] row(VectorTable table, int row) {
        float[] values = new float[table.dimension()];
        table.copy(row, values, 0);
        return values;
    }
}
