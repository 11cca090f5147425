package dev.firn.training.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairSourceFilesTest {
    @TempDir
    Path folder;

    @Test
    void readsBackWhatWasWritten() throws IOException {
        PairSource plain = new PairSource(
                "a/passages/de",
                "de",
                IntBuffer.wrap(IntStream.range(0, 100_000).toArray()));
        PairSource mined = new PairSource(
                "b/passages/en",
                "en",
                IntBuffer.wrap(new int[] {1, 2, 3, 4}),
                IntBuffer.wrap(new int[] {9, 8, 7, 6}),
                2);
        PairSource empty = new PairSource("c", "fr", IntBuffer.allocate(0));

        PairSourceFiles.write(folder, List.of(plain, mined, empty));

        assertThat(PairSourceFiles.read(folder)).containsExactly(plain, mined, empty);
    }

    @Test
    void aFileOfAnotherLengthIsNamed() throws IOException {
        PairSourceFiles.write(folder, List.of(new PairSource("a", "en", IntBuffer.wrap(new int[] {1, 2}))));
        Files.write(folder.resolve("0.pairs"), new byte[4]);

        assertThatThrownBy(() -> PairSourceFiles.read(folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("0.pairs has 4 bytes, expected 8");
    }
}
